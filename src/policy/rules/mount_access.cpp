#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_writable(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type == MountType::bind && !mount.value.read_only) {
      sink.report(mount.origin, fmt::format("the skill can change '{}'", mount.value.source));
    }
  }
}

void check_symlink(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (host.path == host.declared) return false;
    sink.report(host.origin, fmt::format("'{}' leads to '{}' through a symlink", host.declared, host.path),
                fmt::format("write '{}' if that is meant", host.path));
    return true;
  });
}

void check_missing(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type != MountType::bind || context.host.exists(mount.value.source).value_or(true)) continue;
    sink.report(mount.origin, fmt::format("'{}' does not exist", mount.value.source));
  }
}

void check_relabel(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.relabel == Relabel::none) continue;
    sink.report(mount.origin,
                fmt::format("the engine would relabel every file of '{}' for {}", mount.value.source,
                            mount.value.relabel == Relabel::shared ? "all containers (z)" : "this one (Z)"));
  }
}

void check_propagation(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    switch (mount.value.propagation) {
      case Propagation::shared:
      case Propagation::rshared:
        sink.report(mount.origin, fmt::format("mounts made inside '{}' would appear on the host", mount.value.target));
        break;
      case Propagation::slave:
      case Propagation::rslave:
        sink.report_at_most(
            warning, mount.origin,
            fmt::format("what the host mounts later below '{}' would appear in the container", mount.value.source));
        break;
      case Propagation::unset:
      case Propagation::private_:
      case Propagation::rprivate: break;
    }
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "writable-mount",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "a bind mount that is writable",
              .why = "a mistake in the tool, or in how it is called, changes files of the host",
              .remedy = "add :ro where the tool only reads",
              .source = "own"},
     .check = check_writable},
    {.info = {.id = "symlink-mount",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a host path that leads elsewhere through a symlink",
              .why = "what was reviewed is not what is mounted, and whoever owns the link can change it",
              .remedy = "write the real path",
              .source = "own"},
     .check = check_symlink},
    {.info = {.id = "missing-mount-source",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a bind source that does not exist",
              .why = "an engine would create it, as an empty folder of root's, wherever the path leads by then",
              .remedy = "create it first, or fix the path",
              .source = "own"},
     .check = check_missing},
    {.info = {.id = "mount-relabel",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "z or Z relabels the files of the host",
              .why = "the change stays after the run and can lock other programs out of the folder",
              .remedy = "remove z or Z, and label the folder once by hand where SELinux asks for it",
              .source = "own"},
     .check = check_relabel},
    {.info = {.id = "mount-propagation",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "mount propagation between container and host; slave and rslave are warnings",
              .why = "with shared propagation the container can mount over folders of the host",
              .remedy = "remove the propagation mode; private is the default",
              .source = "CIS Docker 1.6.0 5.20"},
     .check = check_propagation},
};

}  // namespace

std::span<const Rule> mount_access_rules() { return rules; }

}  // namespace skillrun::rules
