// How much of the machine.
#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

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
                  fmt::format("'{}' is not a whole number from {} to {}", printable(value), least, most),
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

std::expected<DeviceRate, ParseError> bytes_rate(std::string_view text) {
  return parse_device_rate(text, RateUnit::bytes);
}

std::expected<DeviceRate, ParseError> operations_rate(std::string_view text) {
  return parse_device_rate(text, RateUnit::operations);
}

/// A whole number from `least` to `most`, both included.
template <OptionalSetting<std::int64_t> ContainerSpec::* setting, std::int64_t least, std::int64_t most>
void set_integer(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto number = read_integer(builder, value, origin, least, most)) {
    builder.set(builder.spec.*setting, *number, origin);
  }
}

/// An amount of memory that an engine can grant.
template <OptionalSetting<std::int64_t> ContainerSpec::* setting>
void set_memory(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto bytes = read_memory(builder, value, origin)) builder.set(builder.spec.*setting, *bytes, origin);
}

void set_memory_swap(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (value == "-1") {
    builder.set(builder.spec.memory_swap, std::int64_t{-1}, origin);
  } else if (const auto bytes = read_bytes(builder, "memory-invalid", value, origin)) {
    builder.set(builder.spec.memory_swap, *bytes, origin);
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

constexpr std::int64_t unbounded = INT64_MAX;
constexpr Literal list_remedy = "write numbers and ranges such as 0-3,6";
constexpr Literal rate_remedy = "write /dev/NAME:NUMBER";

constexpr SettingRow resource_rows[] = {
    {.member = member<&Spec::memory>("memory", FieldType::size).meaning(Sense::bound),
     .key = {"memory", &Docker::memory, "memory limit", R"("512m")", Scalars::numbers},
     .flag = {.name = "memory", .shorthand = 'm'},
     .service = {"mem_limit"},
     .set = set_memory<&Spec::memory>},
    {.member = member<&Spec::memory_swap>("memory_swap", FieldType::size).meaning(Sense::bound),
     .key = {"memory_swap", &Docker::memory_swap, "limit of memory and swap together", R"("512m")", Scalars::numbers},
     .flag = {.name = "memory-swap"},
     .service = {"memswap_limit"},
     .set = set_memory_swap},
    {.member = member<&Spec::memory_reservation>("memory_reservation", FieldType::size).meaning(Sense::bound),
     .key = {"memory_reservation", &Docker::memory_reservation, "memory to keep free for it", R"("256m")",
             Scalars::numbers},
     .flag = {.name = "memory-reservation"},
     .service = {"mem_reservation"},
     .set = set_memory<&Spec::memory_reservation>},
    {.member = member<&Spec::memory_swappiness>("memory_swappiness", FieldType::number).meaning(Sense::parts),
     .flag = {.name = "memory-swappiness"},
     .service = {"mem_swappiness"},
     .set = set_integer<&Spec::memory_swappiness, -1, 100>},
    {.member = member<&Spec::oom_kill_disable>("oom_kill_disable", FieldType::boolean).meaning(Sense::grant),
     .flag = {.name = "oom-kill-disable", .arity = FlagArity::boolean},
     .service = {"oom_kill_disable", ServiceShape::boolean},
     .set = set_switch<&Spec::oom_kill_disable>},
    {.member = member<&Spec::nano_cpus>("nano_cpus", FieldType::cpus).meaning(Sense::bound),
     .key = {"cpus", &Docker::cpus, "CPU limit, in CPUs", R"("2")", Scalars::numbers},
     .flag = {.name = "cpus"},
     .service = {"cpus"},
     .set = set_parsed<&Spec::nano_cpus, parse_nano_cpus, "write a number of CPUs, such as 2 or 0.5", "cpu-invalid">},
    {.member = member<&Spec::cpu_shares>("cpu_shares", FieldType::number).meaning(Sense::bound),
     .flag = {.name = "cpu-shares", .shorthand = 'c'},
     .service = {"cpu_shares"},
     .set = set_integer<&Spec::cpu_shares, 2, 262144>},
    {.member = member<&Spec::cpu_period>("cpu_period", FieldType::number).meaning(Sense::bound),
     .flag = {.name = "cpu-period"},
     .service = {"cpu_period"},
     .set = set_integer<&Spec::cpu_period, 1000, 1'000'000>},
    {.member = member<&Spec::cpu_quota>("cpu_quota", FieldType::number).meaning(Sense::bound),
     .flag = {.name = "cpu-quota"},
     .service = {"cpu_quota"},
     .set = set_integer<&Spec::cpu_quota, 1000, unbounded>},
    {.member = member<&Spec::cpu_realtime_period>("cpu_realtime_period", FieldType::number),
     .flag = {.name = "cpu-rt-period"},
     .service = {"cpu_rt_period"},
     .set = set_integer<&Spec::cpu_realtime_period, 1, unbounded>},
    {.member = member<&Spec::cpu_realtime_runtime>("cpu_realtime_runtime", FieldType::number),
     .flag = {.name = "cpu-rt-runtime"},
     .service = {"cpu_rt_runtime"},
     .set = set_integer<&Spec::cpu_realtime_runtime, 1, unbounded>},
    {.member = member<&Spec::cpuset_cpus>("cpuset_cpus").meaning(Sense::bound),
     .flag = {.name = "cpuset-cpus"},
     .service = {"cpuset"},
     .set = set_text<&Spec::cpuset_cpus, is_cpu_list, "a list of numbers", list_remedy>},
    {.member = member<&Spec::cpuset_mems>("cpuset_mems").meaning(Sense::bound),
     .flag = {.name = "cpuset-mems"},
     .set = set_text<&Spec::cpuset_mems, is_cpu_list, "a list of numbers", list_remedy>},
    {.member = member<&Spec::pids_limit>("pids_limit", FieldType::number).meaning(Sense::bound),
     .key = {"pids_limit", &Docker::pids_limit, "largest number of processes at once", "100", Scalars::numbers},
     .flag = {.name = "pids-limit"},
     .service = {"pids_limit"},
     .set = set_integer<&Spec::pids_limit, -1, 4194304>},
    {.member = member<&Spec::shm_size>("shm_size", FieldType::size).meaning(Sense::bound),
     .key = {"shm_size", &Docker::shm_size, "size of /dev/shm", R"("64m")", Scalars::numbers},
     .flag = {.name = "shm-size"},
     .service = {"shm_size"},
     .set = set_shm_size},
    {.member = member<&Spec::oom_score_adj>("oom_score_adj", FieldType::number).meaning(Sense::parts),
     .flag = {.name = "oom-score-adj"},
     .service = {"oom_score_adj"},
     .set = set_integer<&Spec::oom_score_adj, -1000, 1000>},
    {.member = member<&Spec::ulimits>("ulimits").meaning(Sense::parts),
     .key = {"ulimits", &Docker::ulimits, "resource limits as soft[:hard]", R"({ nofile = "1024:2048" })",
             Scalars::numbers},
     .flag = {.name = "ulimit", .arity = FlagArity::list},
     .set = add_ulimit},
    {.member = member<&Spec::blkio_weight>("blkio_weight", FieldType::number).meaning(Sense::bound),
     .flag = {.name = "blkio-weight"},
     .set = set_integer<&Spec::blkio_weight, 10, 1000>},
    {.member = member<&Spec::blkio_weight_devices>("blkio_weight_devices").meaning(Sense::parts),
     .flag = {.name = "blkio-weight-device", .arity = FlagArity::list},
     .set = set_parsed<&Spec::blkio_weight_devices, parse_device_weight, rate_remedy>},
    {.member = member<&Spec::device_read_bps>("device_read_bps").meaning(Sense::parts),
     .flag = {.name = "device-read-bps", .arity = FlagArity::list},
     .set = set_parsed<&Spec::device_read_bps, bytes_rate, rate_remedy>},
    {.member = member<&Spec::device_read_iops>("device_read_iops").meaning(Sense::parts),
     .flag = {.name = "device-read-iops", .arity = FlagArity::list},
     .set = set_parsed<&Spec::device_read_iops, operations_rate, rate_remedy>},
    {.member = member<&Spec::device_write_bps>("device_write_bps").meaning(Sense::parts),
     .flag = {.name = "device-write-bps", .arity = FlagArity::list},
     .set = set_parsed<&Spec::device_write_bps, bytes_rate, rate_remedy>},
    {.member = member<&Spec::device_write_iops>("device_write_iops").meaning(Sense::parts),
     .flag = {.name = "device-write-iops", .arity = FlagArity::list},
     .set = set_parsed<&Spec::device_write_iops, operations_rate, rate_remedy>},
};

}  // namespace

std::span<const SettingRow> resource_settings() { return resource_rows; }

}  // namespace skillrun::inline v0
