// What it may do.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"
#include "engine/native/bundle/capabilities.hpp"
#include "engine/native/bundle/default_seccomp.hpp"
#include "engine/native/bundle/security_options.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Kind = SecurityOption::Kind;

/// What docker hides, in every version up to 28.2 (oci/defaults.go of moby); a runtime skips what the kernel does not
/// have. The last two came after 20.10: power and interrupt counters tell what neighbours compute.
constexpr std::array<std::string_view, 12> masked_paths{"/proc/asound",
                                                        "/proc/acpi",
                                                        "/proc/kcore",
                                                        "/proc/keys",
                                                        "/proc/latency_stats",
                                                        "/proc/timer_list",
                                                        "/proc/timer_stats",
                                                        "/proc/sched_debug",
                                                        "/proc/scsi",
                                                        "/sys/firmware",
                                                        "/sys/devices/virtual/powercap",
                                                        "/proc/interrupts"};
constexpr std::array<std::string_view, 5> readonly_paths{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                                         "/proc/sysrq-trigger"};

void privileged_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (is_on(spec.privileged) && can.rootless) {
    gaps.differs(spec.privileged->origin, "without root there are no privileges to give; use docker or podman");
  }
}

void write_root(const Spec& spec, ConfigWriter& config) {
  if (is_on(spec.readonly_rootfs)) config.top()["root"].as_object()["readonly"] = true;
}

void write_no_new_privileges(const Spec& spec, ConfigWriter& config) {
  if (is_on(spec.no_new_privileges)) config.process()["noNewPrivileges"] = true;
}

/// What docker does for privileged containers too, unless they name a profile.
bool runs_without_seccomp(const Spec& spec) {
  const auto option = last_seccomp_option(spec.security_opt);
  return option ? option->kind == Kind::seccomp_unconfined : is_privileged(spec);
}

void write_seccomp(const Spec& spec, ConfigWriter& config) {
  if (runs_without_seccomp(spec)) return;
  const BundleContext& context = config.context();
  const auto option = last_seccomp_option(spec.security_opt);
  if (option && option->kind == Kind::seccomp_file) {
    return config.refuse(fmt::format("the seccomp profile '{}' was not read", printable(option->value)));
  }
  const std::vector<std::string> bounding = bounding_capabilities(spec, context.capabilities);
  const SeccompTarget target{.architecture = context.architecture, .capabilities = bounding};
  auto filter = option && option->kind == Kind::seccomp_profile
                    ? resolve_seccomp(option->value, target)
                    : resolve_default_seccomp(context.seccomp_profile, target);
  if (!filter) return config.fail(std::move(filter.error()));
  config.linux_part()["seccomp"] = std::move(*filter);
}

void write_system_paths(const Spec& spec, ConfigWriter& config) {
  if (is_privileged(spec) || has_open_system_paths(spec.security_opt)) return;
  for (const std::string_view path : masked_paths) config.add_to("maskedPaths", json::string(path));
  for (const std::string_view path : readonly_paths) config.add_to("readonlyPaths", json::string(path));
}

/// docker confines a privileged container only by a profile that was asked for.
void write_apparmor(const Spec& spec, ConfigWriter& config) {
  const std::string& own = config.context().apparmor_profile;
  const auto option = last_apparmor_option(spec.security_opt);
  if (own.empty()) {
    if (option && option->value != "unconfined") config.refuse("no AppArmor profile can be applied here");
    return;
  }
  const std::string_view profile = option                ? option->value
                                   : is_privileged(spec) ? std::string_view("unconfined")
                                                         : std::string_view(own);
  config.process()["apparmorProfile"] = profile;
}

void write_security_options(const Spec& spec, ConfigWriter& config) {
  write_seccomp(spec, config);
  write_system_paths(spec, config);
  write_apparmor(spec, config);
}

std::string_view why_not(const SecurityOption& option, const NativeAbilities& can) {
  switch (option.kind) {
    case Kind::seccomp_file: return "the profile was not read";
    case Kind::apparmor:
      if (can.apparmor || option.value == "unconfined") return {};
      return "no AppArmor profile can be applied here; use docker or podman";
    case Kind::label: return "the native engine sets no SELinux labels; use docker or podman";
    case Kind::unknown: return "the native engine does not know this option; use docker or podman";
    default: return {};
  }
}

/// What cannot be filtered is refused whoever did not ask for it: docker filters every container that does not say
/// otherwise.
void security_option_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  for (const auto& entry : spec.security_opt) {
    const SecurityOption option = read_security_option(entry);
    if (const auto why = why_not(option, can); !why.empty()) {
      gaps.differs(entry.origin, fmt::format("'{}': {}", printable(entry.value), why));
    }
  }
  if (runs_without_seccomp(spec)) return;
  const Origin origin = spec.security_opt.empty() ? Origin() : spec.security_opt.back().origin;
  const auto option = last_seccomp_option(spec.security_opt);
  if (!can.seccomp) {
    gaps.differs(origin, "neither this kernel nor the runtime may filter system calls; use docker or podman");
  } else if (!can.seccomp_profile && (!option || option->kind == Kind::seccomp_builtin)) {
    gaps.differs(origin,
                 "there is no default profile for system calls: install the package golang-github-containers-common");
  }
}

/// The two that docker gives every container with a network of its own: low ports, and ping without privileges. Ping's
/// groups are numbers of the machine, which a user namespace may not have.
void write_sysctls(const Spec& spec, ConfigWriter& config) {
  if (!shares_network(spec)) {
    if (config.context().uid_mappings.empty() && !config.context().rootless) {
      config.set_sysctl("net.ipv4.ping_group_range", "0 2147483647");
    }
    config.set_sysctl("net.ipv4.ip_unprivileged_port_start", "0");
  }
  for (const auto& entry : spec.sysctls) config.set_sysctl(entry.value.key, entry.value.value);
}

void sysctl_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  for (const auto& entry : spec.sysctls) {
    const std::string& name = entry.value.key;
    if (name.starts_with("net.") ? shares_network(spec) : shares_ipc(spec)) {
      gaps.differs(entry.origin,
                   fmt::format("'{}' would be set for the whole machine, whose namespace is shared", name));
    }
  }
}

constexpr BundleRow isolation_rows[] = {
    {.setting = "privileged", .gaps = privileged_gaps, .elsewhere = "every row writes what it means there"},
    {.setting = "readonly_rootfs", .write = write_root},
    {.setting = "no_new_privileges", .write = write_no_new_privileges},
    {.setting = "security_opt", .write = write_security_options, .gaps = security_option_gaps},
    {.setting = "sysctls", .write = write_sysctls, .gaps = sysctl_gaps},
};

}  // namespace

bool is_privileged(const ContainerSpec& spec) { return is_on(spec.privileged); }

bool has_read_only_root(const ContainerSpec& spec) { return is_on(spec.readonly_rootfs); }

std::span<const BundleRow> isolation_bundle_rows() { return isolation_rows; }

}  // namespace skillrun::inline v0
