#include <algorithm>

#include <fmt/format.h>

#include "policy/places/system_places.hpp"
#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

constexpr std::string_view places[] = {"/proc", "/sys", "/dev", "/etc"};

/// Folders of /etc, beside those that end with ".d", that say who is who, whom to believe, what is loaded into every
/// program, and what starts by itself.
constexpr std::string_view deciding_folders[] = {
    "alternatives", "apt",  "ca-certificates", "cron.daily", "cron.hourly", "cron.monthly", "cron.weekly", "crontabs",
    "dbus-1",       "init", "default",         "network",    "periodic",    "pki",          "polkit-1",    "runit",
    "security",     "skel", "selinux",         "ssh",        "ssl",         "systemd",      "udev",        "xdg"};

/// The settings of one program, such as /etc/nginx/nginx.conf or /etc/nginx/conf.d.
bool is_settings_of_a_program(std::string_view target) {
  constexpr std::string_view etc = "/etc/";
  if (!target.starts_with(etc)) return false;
  target.remove_prefix(etc.size());
  const std::size_t slash = target.find('/');
  return slash != std::string_view::npos && !target.substr(0, slash).ends_with(".d") &&
         std::ranges::find(deciding_folders, target.substr(0, slash)) == std::end(deciding_folders);
}

bool is_usual(const Mount& mount) {
  if (is_settings_of_a_program(mount.target)) return true;
  if (mount.type == MountType::tmpfs) return mount.target == "/dev/shm";
  return mount.read_only && is_harmless_to_read(mount.target);
}

void check_target(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    const std::string& target = mount.value.target;
    if (target == "/" || !target.starts_with('/')) {
      sink.report(mount.origin, fmt::format("the target '{}' is not a folder below / of the container", target));
      continue;
    }
    const auto* place = std::ranges::find_if(places, [&](std::string_view known) { return is_within(target, known); });
    if (place != std::end(places) && !is_usual(mount.value)) {
      sink.report(mount.origin, fmt::format("the target '{}' covers a part of the container's {}", target, *place));
    }
  }
}

void check_subpath(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    const std::string& subpath = mount.value.subpath;
    if (subpath.starts_with('/') || has_sequence(subpath, "..")) {
      sink.report(mount.origin, fmt::format("the subpath '{}' leads out of the volume", subpath));
    }
  }
}

void check_shape(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type == MountType::bind && !is_clean(mount.value.source)) {
      sink.report(mount.origin, fmt::format("the source '{}' is not a clean absolute path", mount.value.source));
    }
    if (!is_clean(mount.value.target)) {
      sink.report(mount.origin, fmt::format("the target '{}' is not a clean absolute path", mount.value.target));
    }
  }
}

/// What the rule of that name says for others too.
constexpr std::string_view sensitive_target_covers[] = {"writable-mount"};

constexpr Rule rules[] = {
    {.info = {.id = "sensitive-target",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a mount target over /proc, /sys, /dev or /etc of the container, or one that is empty or relative",
              .why =
                  "mounts over /proc and /sys have switched off confinement before; over /etc they change who is who",
              .remedy = "mount to a folder of its own, such as /data",
              .source = "CVE-2019-16884, CVE-2023-27561",
              .covers = sensitive_target_covers},
     .check = check_target},
    {.info = {.id = "subpath-escape",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a volume subpath with .. or an absolute one",
              .why = "engines have followed such paths out of the volume and into the host",
              .remedy = "name a folder inside the volume",
              .source = "own"},
     .check = check_subpath},
    {.info = {.id = "invalid-mount",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a mount that no engine accepts: empty parts, an unknown mode or key, a relative target",
              .why = "an engine could read such text differently from the policy, so it is refused under every policy",
              .remedy = "write source:target[:ro], or a [[mounts]] table",
              .source = "own"},
     .check = check_shape},
};

}  // namespace

std::span<const Rule> mount_targets_rules() { return rules; }

}  // namespace skillrun::rules
