// How much of the machine.
#include <algorithm>

#include <fmt/format.h>

#include "spec/scan.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::int64_t engine_memory_floor = std::int64_t{6} << 20;

/// Reads a size and records a problem of `rule` when it is none.
std::optional<std::int64_t> read_bytes(SpecBuilder& builder, std::string_view rule, const std::string& value,
                                       const Origin& origin) {
  if (!builder.clean(value, origin)) return std::nullopt;
  const auto bytes = parse_bytes(value);
  if (!bytes) {
    builder.problem(rule, origin, bytes.error().message, "write a number with b, k, m or g, such as 512m");
    return std::nullopt;
  }
  return *bytes;
}

std::optional<std::int64_t> read_memory(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto bytes = read_bytes(builder, "memory-invalid", value, origin);
  if (!bytes || *bytes == 0 || *bytes >= engine_memory_floor) return bytes;
  builder.problem("memory-invalid", origin,
                  fmt::format("{} is below 6m, the least that engines accept", printable(value)),
                  "write at least 6m; mind the unit, a bare number counts bytes");
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(SpecBuilder& builder, const std::string& value, const Origin& origin,
                                         std::int64_t least, std::int64_t most) {
  if (!builder.clean(value, origin)) return std::nullopt;
  const auto number = parse_integer(value);
  if (number && *number >= least && *number <= most) return number;
  builder.problem("invalid-value", origin,
                  fmt::format("'{}' is no whole number from {} to {}", printable(value), least, most),
                  "write it in plain decimal digits");
  return std::nullopt;
}

/// "0-3,6": what cpusets are written as.
bool is_cpu_list(std::string_view text) {
  constexpr std::uint64_t most = 65535;
  return std::ranges::all_of(split(text, ','), [](std::string_view part) {
    const std::size_t dash = part.find('-');
    const auto first = parse_decimal(part.substr(0, dash), most);
    const auto last = dash == std::string_view::npos ? first : parse_decimal(part.substr(dash + 1), most);
    return first && last && *first <= *last;
  });
}

void set_cpu_list(SpecBuilder& builder, Optional<std::string>& slot, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_cpu_list(value)) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is no list of numbers", printable(value)),
                    "write numbers and ranges such as 0-3,6");
    return;
  }
  builder.set(slot, value, origin);
}

std::expected<DeviceRate, ParseError> bytes_rate(std::string_view text) {
  return parse_device_rate(text, RateUnit::bytes);
}

std::expected<DeviceRate, ParseError> operations_rate(std::string_view text) {
  return parse_device_rate(text, RateUnit::operations);
}

template <class Parse>
void add_rate(SpecBuilder& builder, List<DeviceRate>& list, const std::string& value, const Origin& origin,
              Parse parse) {
  if (!builder.clean(value, origin)) return;
  auto rate = parse(value);
  if (!rate) {
    builder.problem("invalid-value", origin, rate.error().message, "write /dev/NAME:NUMBER");
    return;
  }
  list.push_back({std::move(*rate), origin});
}

}  // namespace

void set_memory(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto bytes = read_memory(builder, value, origin)) builder.set(builder.spec.memory, *bytes, origin);
}

void set_memory_swap(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (value == "-1") {
    builder.set(builder.spec.memory_swap, std::int64_t{-1}, origin);
  } else if (const auto bytes = read_bytes(builder, "memory-invalid", value, origin)) {
    builder.set(builder.spec.memory_swap, *bytes, origin);
  }
}

void set_memory_reservation(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto bytes = read_memory(builder, value, origin)) {
    builder.set(builder.spec.memory_reservation, *bytes, origin);
  }
}

void set_cpus(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const auto cpus = parse_nano_cpus(value);
  if (!cpus) {
    builder.problem("cpu-invalid", origin, cpus.error().message, "write a number of CPUs, such as 2 or 0.5");
    return;
  }
  builder.set(builder.spec.nano_cpus, *cpus, origin);
}

void set_cpu_shares(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, 2, 262144)) {
    builder.set(builder.spec.cpu_shares, *number, origin);
  }
}

void set_cpu_period(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, 1000, 1'000'000)) {
    builder.set(builder.spec.cpu_period, *number, origin);
  }
}

void set_cpu_quota(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, 1000, INT64_MAX)) {
    builder.set(builder.spec.cpu_quota, *number, origin);
  }
}

void set_cpu_realtime_period(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, 1, INT64_MAX)) {
    builder.set(builder.spec.cpu_realtime_period, *number, origin);
  }
}

void set_cpu_realtime_runtime(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, 1, INT64_MAX)) {
    builder.set(builder.spec.cpu_realtime_runtime, *number, origin);
  }
}

void set_cpuset_cpus(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_cpu_list(builder, builder.spec.cpuset_cpus, value, origin);
}

void set_cpuset_mems(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_cpu_list(builder, builder.spec.cpuset_mems, value, origin);
}

void set_memory_swappiness(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, -1, 100)) {
    builder.set(builder.spec.memory_swappiness, *number, origin);
  }
}

void set_blkio_weight(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, 10, 1000)) {
    builder.set(builder.spec.blkio_weight, *number, origin);
  }
}

void add_blkio_weight_device(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_rate(builder, builder.spec.blkio_weight_devices, value, origin, parse_device_weight);
}

void add_device_read_bps(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_rate(builder, builder.spec.device_read_bps, value, origin, bytes_rate);
}

void add_device_read_iops(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_rate(builder, builder.spec.device_read_iops, value, origin, operations_rate);
}

void add_device_write_bps(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_rate(builder, builder.spec.device_write_bps, value, origin, bytes_rate);
}

void add_device_write_iops(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_rate(builder, builder.spec.device_write_iops, value, origin, operations_rate);
}

void set_pids_limit(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, -1, 4194304)) {
    builder.set(builder.spec.pids_limit, *number, origin);
  }
}

void set_shm_size(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto bytes = read_bytes(builder, "invalid-value", value, origin);
  if (!bytes) return;
  if (*bytes == 0) {
    builder.problem("invalid-value", origin, "a shared memory of 0 bytes means the engine's default",
                    "leave the key out, or write a size such as 64m");
    return;
  }
  builder.set(builder.spec.shm_size, *bytes, origin);
}

void set_oom_score_adj(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, -1000, 1000)) {
    builder.set(builder.spec.oom_score_adj, *number, origin);
  }
}

void add_ulimit(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto limit = parse_ulimit(value);
  if (!limit) {
    builder.problem("invalid-value", origin, limit.error().message, "write NAME=SOFT[:HARD], such as nofile=1024:2048");
    return;
  }
  // docker keeps one of a name.
  std::erase_if(builder.spec.ulimits, [&](const Setting<Ulimit>& known) { return known.value.name == limit->name; });
  builder.spec.ulimits.push_back({std::move(*limit), origin});
}

}  // namespace skillrun
