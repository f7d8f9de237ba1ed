// How much of the machine.
#include <array>
#include <cstdint>
#include <limits>
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
using Number = OptionalSetting<std::int64_t>;

/// A positive number that is one member of `linux.resources.GROUP`.
template <auto pointer, Literal group, Literal member>
void write_number(const Spec& spec, ConfigWriter& config) {
  if (bounds(spec.*pointer)) config.resource(group.text)[member.text] = (spec.*pointer)->value;
}

template <auto pointer, bool NativeAbilities::* ability>
void number_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (bounds(spec.*pointer) && !(can.*ability)) gaps.lacks((spec.*pointer)->origin, std::string(no_controller));
}

/// Where only the memory is bounded, swap is as much again: docker's default (verifyContainerResources of moby).
void write_memory_swap(const Spec& spec, ConfigWriter& config) {
  const bool declared = spec.memory_swap && spec.memory_swap->value != 0;
  if (declared) {
    if (spec.memory_swap->value > 0) config.resource("memory")["swap"] = spec.memory_swap->value;
  } else if (bounds(spec.memory) && config.context().swap_limit && !config.context().gave_way("memory")) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;
    const std::int64_t memory = spec.memory->value;
    config.resource("memory")["swap"] = memory > most ? memory : 2 * memory;
  }
}

void memory_swap_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (!bounds(spec.memory_swap)) return;
  const Origin& origin = spec.memory_swap->origin;
  if (!can.swap) return gaps.lacks(origin, "this machine does not account for swap (boot it with swapaccount=1)");
  if (!bounds(spec.memory)) return gaps.differs(origin, "it includes the memory, which has no limit: set memory");
  if (spec.memory_swap->value < spec.memory->value) {
    gaps.differs(origin, "it includes the memory and is less than that");
  }
}

void reservation_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  number_gaps<&Spec::memory_reservation, &NativeAbilities::memory>(spec, can, gaps);
  if (bounds(spec.memory_reservation) && bounds(spec.memory) && spec.memory_reservation->value > spec.memory->value) {
    gaps.differs(spec.memory_reservation->origin, "it is more than the memory");
  }
}

/// -1 is the system's own.
void write_swappiness(const Spec& spec, ConfigWriter& config) {
  const Number& wanted = spec.memory_swappiness;
  if (wanted && wanted->value >= 0) config.resource("memory")["swappiness"] = wanted->value;
}

void swappiness_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (spec.memory_swappiness && spec.memory_swappiness->value >= 0 && !can.swappiness) {
    gaps.lacks(spec.memory_swappiness->origin, "control groups of version 2 do not have it");
  }
}

void write_oom_kill(const Spec& spec, ConfigWriter& config) {
  if (is_on(spec.oom_kill_disable)) config.resource("memory")["disableOOMKiller"] = true;
}

void oom_kill_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (is_on(spec.oom_kill_disable) && !can.oom_kill_disable) {
    gaps.lacks(spec.oom_kill_disable->origin, "control groups of version 2 do not have it");
  }
}

/// A number of processors is a quota in a tenth of a second.
void write_cpus(const Spec& spec, ConfigWriter& config) {
  constexpr std::int64_t tenth = 100'000;  // microseconds
  constexpr std::int64_t billion = 1'000'000'000;
  if (!bounds(spec.nano_cpus)) return;
  // In two parts: the product of the whole does not fit.
  const std::int64_t cpus = spec.nano_cpus->value;
  json::object& cpu = config.resource("cpu");
  cpu["period"] = tenth;
  cpu["quota"] = cpus / billion * tenth + cpus % billion * tenth / billion;
}

void cpus_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  number_gaps<&Spec::nano_cpus, &NativeAbilities::cpu>(spec, can, gaps);
  if (bounds(spec.nano_cpus) && (bounds(spec.cpu_period) || bounds(spec.cpu_quota))) {
    gaps.differs(spec.nano_cpus->origin, "cpus and cpu-period or cpu-quota say the same twice: keep one of them");
  }
}

template <auto pointer, Literal member>
void write_cpuset(const Spec& spec, ConfigWriter& config) {
  if (spec.*pointer) config.resource("cpu")[member.text] = (spec.*pointer)->value;
}

template <auto pointer>
void cpuset_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (spec.*pointer && !can.cpuset) gaps.lacks((spec.*pointer)->origin, std::string(no_controller));
}

template <auto pointer, Literal group, Literal member, bool NativeAbilities::* ability>
constexpr BundleRow number_row(std::string_view setting) {
  return {.setting = setting, .write = write_number<pointer, group, member>, .gaps = number_gaps<pointer, ability>};
}

template <auto pointer, Literal member>
constexpr BundleRow cpuset_row(std::string_view setting) {
  return {.setting = setting, .write = write_cpuset<pointer, member>, .gaps = cpuset_gaps<pointer>};
}

using Can = NativeAbilities;

constexpr BundleRow resource_rows[] = {
    number_row<&Spec::memory, "memory", "limit", &Can::memory>("memory"),
    {.setting = "memory_swap", .write = write_memory_swap, .gaps = memory_swap_gaps},
    {.setting = "memory_reservation",
     .write = write_number<&Spec::memory_reservation, "memory", "reservation">,
     .gaps = reservation_gaps},
    {.setting = "memory_swappiness", .write = write_swappiness, .gaps = swappiness_gaps},
    {.setting = "oom_kill_disable", .write = write_oom_kill, .gaps = oom_kill_gaps},
    {.setting = "nano_cpus", .write = write_cpus, .gaps = cpus_gaps},
    number_row<&Spec::cpu_shares, "cpu", "shares", &Can::cpu>("cpu_shares"),
    number_row<&Spec::cpu_period, "cpu", "period", &Can::cpu>("cpu_period"),
    number_row<&Spec::cpu_quota, "cpu", "quota", &Can::cpu>("cpu_quota"),
    number_row<&Spec::cpu_realtime_period, "cpu", "realtimePeriod", &Can::cpu_realtime>("cpu_realtime_period"),
    number_row<&Spec::cpu_realtime_runtime, "cpu", "realtimeRuntime", &Can::cpu_realtime>("cpu_realtime_runtime"),
    cpuset_row<&Spec::cpuset_cpus, "cpus">("cpuset_cpus"),
    cpuset_row<&Spec::cpuset_mems, "mems">("cpuset_mems"),
    number_row<&Spec::pids_limit, "pids", "limit", &Can::pids>("pids_limit"),
    number_row<&Spec::blkio_weight, "blockIO", "weight", &Can::block_io_weight>("blkio_weight"),
};

}  // namespace

std::span<const BundleRow> resource_bundle_rows() { return resource_rows; }

}  // namespace skillrun::inline v0
