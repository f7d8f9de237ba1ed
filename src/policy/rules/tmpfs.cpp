#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// The first of a tmpfs's options that takes a protection away; empty when none does.
std::string_view find_loose_option(std::string_view options) {
  while (!options.empty()) {
    const std::string_view option = options.substr(0, options.find(','));
    if (option == "exec" || option == "suid" || option == "dev") return option;
    options.remove_prefix(std::min(options.size(), option.size() + 1));
  }
  return {};
}

void check_options(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type != MountType::tmpfs) continue;
    if (const std::string_view option = find_loose_option(mount.value.tmpfs_options); !option.empty()) {
      sink.report(mount.origin, fmt::format("the tmpfs at '{}' is mounted with {}", mount.value.target, option));
    }
  }
}

void check_size(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type == MountType::tmpfs && mount.value.tmpfs_size.value_or(0) <= 0) {
      sink.report(mount.origin, fmt::format("the tmpfs at '{}' has no size", mount.value.target));
    }
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "tmpfs-options",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a tmpfs with exec, suid or dev",
              .why = "a writable place that can run programs is where a break-in puts its own",
              .remedy = "remove the option; noexec, nosuid and nodev are the default",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_options},
    {.info = {.id = "tmpfs-unsized",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "a tmpfs without a size",
              .why = "it may grow to half of the machine's memory",
              .remedy = "add a size: /tmp:size=64m",
              .source = "own"},
     .check = check_size},
};

}  // namespace

std::span<const Rule> tmpfs_rules() { return rules; }

}  // namespace skillrun::rules
