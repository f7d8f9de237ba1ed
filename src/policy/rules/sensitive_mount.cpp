#include <fmt/format.h>

#include "policy/rule_support.hpp"
#include "policy/sensitive_paths.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_root(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (host.path != "/") return false;
    sink.report(host.origin, fmt::format("{} is the whole file system of the host", host.text()));
    return true;
  });
}

/// Root's own files are root's to share: a folder below /root that root chose as the working directory, or builds from.
bool is_own_folder_of_root(const RuleContext& context, const HostPath& host, const SensitiveMatch& match) {
  return match.place == "/root" && match.relation == Relation::below &&
         (matches_within(host.workdir, "/root/*") || host.build_context) && context.host.uid() == 0U;
}

std::string_view describe(Relation relation) noexcept {
  switch (relation) {
    case Relation::same: return "is";
    case Relation::below: return "lies in";
    case Relation::above: return "holds";
  }
  return "is";
}

void check_sensitive(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    const std::optional<SensitiveMatch> match = find_sensitive_path(host.path);
    if (!match || (host.read_only && is_harmless_to_read(host.path)) || is_own_folder_of_root(context, host, *match)) {
      return false;
    }
    sink.report(host.origin,
                fmt::format("{} {} {}, a system folder", host.text(), describe(match->relation), match->place),
                !host.workdir.empty() ? "choose another working directory with --workdir" : "");
    return true;
  });
  if (!context.host.reads_file_system()) return;
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type != MountType::bind || context.host.real_path(mount.value.source)) continue;
    sink.report(mount.origin,
                fmt::format("'{}' can not be resolved, so nobody knows what it leads to", mount.value.source),
                "use a path whose folders this user may enter");
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "root-mount",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of /",
              .why = "the skill could read and change everything: passwords, keys, programs that root runs",
              .remedy = "mount the one folder that the tool works on",
              .source = "CIS 5.6"},
     .check = check_root},
    {.info = {.id = "sensitive-mount",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of a system folder, of something in it, or of a folder that holds one",
              .why = "system folders hold secrets and what the host runs; to write there is to own the host",
              .remedy = "mount a folder of your own data; time zone, certificates and fonts may be mounted read-only",
              .source = "CIS 5.6"},
     .check = check_sensitive},
};

}  // namespace

std::span<const Rule> sensitive_mount_rules() { return rules; }

}  // namespace skillrun::rules
