#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_limit(FindingSink& sink, const OptionalSetting<std::int64_t>& limit, std::string_view key) {
  if (limit && limit->value <= 0) {
    sink.report(limit->origin, fmt::format("{} of {} takes the limit away", key, limit->value));
  }
}

/// Leaving a limit out gets the policy's default or a word about its absence; asking for none is a choice against it.
void check(const RuleContext& context, FindingSink& sink) {
  const ContainerSpec& spec = context.spec;
  check_limit(sink, spec.memory, "memory");
  check_limit(sink, spec.nano_cpus, "cpus");
  check_limit(sink, spec.pids_limit, "pids_limit");
  if (spec.memory_swap && spec.memory_swap->value < 0) {
    sink.report(spec.memory_swap->origin,
                fmt::format("memory_swap of {} takes the limit away", spec.memory_swap->value));
  }
  for (const auto& mount : spec.mounts) {
    if (mount.value.type == MountType::tmpfs && mount.value.tmpfs_size && *mount.value.tmpfs_size <= 0) {
      sink.report(mount.origin, fmt::format("a size of {} takes the limit of the tmpfs at '{}' away",
                                            *mount.value.tmpfs_size, mount.value.target));
    }
  }
}

/// What the rule of that name says for others too.
constexpr std::string_view unlimited_covers[] = {"cpu-missing", "memory-missing", "memory-swap-unlimited",
                                                 "pids-missing", "tmpfs-unsized"};

constexpr Rule rules[] = {
    {.info = {.id = "unlimited",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a limit that is taken away: 0 or -1 for memory, memory_swap, cpus, pids_limit or a tmpfs's size",
              .why = "a policy's default bounds whoever says nothing; asking for no bound gets around it",
              .remedy = "remove it, or name what the tool needs",
              .source = "own",
              .covers = unlimited_covers},
     .check = check},
};

}  // namespace

std::span<const Rule> unlimited_rules() { return rules; }

}  // namespace skillrun::rules
