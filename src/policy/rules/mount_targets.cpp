#include <algorithm>
#include <ranges>
#include <span>
#include <string_view>

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

bool is_among(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// True where a part of the image's name is that of the folder: grafana of grafana/grafana.
bool is_named_after(const ImageReference& image, std::string_view folder) {
  for (const auto part : std::views::split(std::string_view(image.repository), '/')) {
    if (std::string_view(part.begin(), part.end()) == folder) return true;
  }
  return false;
}

/// True where what is mounted is no file, as far as anybody knows: how a source is spelled says nothing, since engines
/// drop a slash at its end.
bool is_folder(const Mount& mount, const HostView& host) {
  if (mount.type != MountType::bind) return mount.subpath.empty();
  return !host.engine_is_remote() && host.entries(mount.source).has_value();
}

/// The settings of one program: /etc/nginx/nginx.conf and /etc/nginx/conf.d, and all of the folder /etc/nginx for the
/// image of that name. Which files directly in /etc decide something, nobody can list.
bool is_settings_of_a_program(const Mount& mount, const RuleContext& context) {
  constexpr std::string_view etc = "/etc/";
  std::string_view target = mount.target;
  if (!target.starts_with(etc)) return false;
  target.remove_prefix(etc.size());
  const std::string_view name = target.substr(0, target.find('/'));
  if (name.ends_with(".d") || is_among(deciding_folders, name)) return false;
  if (name.size() < target.size()) return true;
  return !name.contains('.') && is_named_after(context.spec.image.value, name) && is_folder(mount, context.host);
}

bool is_usual(const Mount& mount, const RuleContext& context) {
  if (is_settings_of_a_program(mount, context)) return true;
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
    if (place != std::end(places) && !is_usual(mount.value, context)) {
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
              .source = "own",
              .compose_remedy = "write SOURCE:TARGET[:ro], or a table with type, source and target"},
     .check = check_shape},
};

}  // namespace

std::span<const Rule> mount_targets_rules() { return rules; }

}  // namespace skillrun::rules
