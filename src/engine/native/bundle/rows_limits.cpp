// What of the machine its processes and its traffic to block devices may use.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"
#include "spec/scan.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Can = NativeAbilities;

/// Not 0 by default, as docker writes it: who is more likely to be killed than others may not always change that.
void write_oom_score(const Spec& spec, ConfigWriter& config) {
  if (spec.oom_score_adj) config.process()["oomScoreAdj"] = spec.oom_score_adj->value;
}

bool has_capability(const NativeAbilities& can, std::string_view name) {
  for (const std::string& held : can.capabilities) {
    if (held == name) return !can.rootless;
  }
  return false;
}

void oom_score_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (spec.oom_score_adj && spec.oom_score_adj->value < can.oom_score_adj && !has_capability(can, "SYS_RESOURCE")) {
    gaps.lacks(
        spec.oom_score_adj->origin,
        fmt::format("a process without CAP_SYS_RESOURCE cannot go below its own, which is {}", can.oom_score_adj));
  }
}

void write_limits(const Spec& spec, ConfigWriter& config) {
  json::array limits;
  for (const auto& entry : spec.ulimits) {
    // -1 is the largest number, which means "no limit" to the kernel.
    limits.push_back(json::object{{"type", "RLIMIT_" + to_upper(entry.value.name)},
                                  {"soft", static_cast<std::uint64_t>(entry.value.soft)},
                                  {"hard", static_cast<std::uint64_t>(entry.value.hard)}});
  }
  if (!limits.empty()) config.process()["rlimits"] = std::move(limits);
}

void limit_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (has_capability(can, "SYS_RESOURCE")) return;
  for (const auto& entry : spec.ulimits) {
    const auto own = can.hard_limits.find(entry.value.name);
    // As numbers without a sign -1 is above all others.
    const bool raised = own == can.hard_limits.end() ||
                        static_cast<std::uint64_t>(entry.value.hard) > static_cast<std::uint64_t>(own->second);
    if (!raised) continue;
    gaps.lacks(entry.origin,
               own == can.hard_limits.end()
                   ? fmt::format("the limit '{}' of this process is not known", entry.value.name)
                   : fmt::format("a process without CAP_SYS_RESOURCE cannot raise '{}' above its own hard limit, {}",
                                 entry.value.name, own->second));
  }
}

/// The device at the path, which must be a block device.
template <auto pointer, Literal member, Literal amount>
void write_rates(const Spec& spec, ConfigWriter& config) {
  json::array rates;
  for (const auto& entry : spec.*pointer) {
    auto found = config.context().devices.at(entry.value.path);
    if (!found) return config.fail(std::move(found.error()));
    const HostDevice& device = found->front();
    if (found->size() != 1 || device.type != 'b') {
      return config.refuse(fmt::format("{} is not a block device", printable(entry.value.path)));
    }
    rates.push_back(json::object{{"major", device.major}, {"minor", device.minor}, {amount.text, entry.value.rate}});
  }
  if (!rates.empty()) config.resource("blockIO")[member.text] = std::move(rates);
}

template <auto pointer, bool NativeAbilities::* ability>
void rate_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (can.*ability) return;
  for (const auto& entry : spec.*pointer) gaps.lacks(entry.origin, std::string(no_controller));
}

template <auto pointer, Literal member>
constexpr BundleRow rate_row(std::string_view setting) {
  return {.setting = setting,
          .write = write_rates<pointer, member, "rate">,
          .gaps = rate_gaps<pointer, &NativeAbilities::block_io>};
}

constexpr BundleRow limit_rows[] = {
    outside("shm_size", "written with the mounts"),
    {.setting = "oom_score_adj", .write = write_oom_score, .gaps = oom_score_gaps},
    {.setting = "ulimits", .write = write_limits, .gaps = limit_gaps},
    {.setting = "blkio_weight_devices",
     .write = write_rates<&Spec::blkio_weight_devices, "weightDevice", "weight">,
     .gaps = rate_gaps<&Spec::blkio_weight_devices, &Can::block_io_weight>},
    rate_row<&Spec::device_read_bps, "throttleReadBpsDevice">("device_read_bps"),
    rate_row<&Spec::device_read_iops, "throttleReadIOPSDevice">("device_read_iops"),
    rate_row<&Spec::device_write_bps, "throttleWriteBpsDevice">("device_write_bps"),
    rate_row<&Spec::device_write_iops, "throttleWriteIOPSDevice">("device_write_iops"),
};

}  // namespace

std::span<const BundleRow> limit_bundle_rows() { return limit_rows; }

}  // namespace skillrun::inline v0
