#include <algorithm>

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
/// A link in it that leads elsewhere below /root is not part of it.
bool is_own_folder_of_root(const RuleContext& context, const HostPath& host, const SensitiveMatch& match) {
  if (match.place != "/root" || match.relation != Relation::below || context.host.uid() != 0U) return false;
  const std::string own(host.build_context && context.spec.source ? std::string_view(context.spec.source->directory)
                                                                  : host.workdir);
  if (!matches_within(own, "/root/*")) return false;
  return is_within(host.path, own) || is_within(host.path, context.host.real_path(own).value_or(own));
}

std::string_view describe(Relation relation) noexcept {
  switch (relation) {
    case Relation::same: return "is";
    case Relation::below: return "lies in";
    case Relation::above: return "holds";
  }
  return "is";
}

struct Match {
  SensitiveMatch found;
  bool of_policy;
};

/// Among the built-in places, or those that the policy names instead, and those that it adds.
std::optional<Match> find(const RuleContext& context, std::string_view path) {
  const auto* instead = context.params.find<std::vector<std::string>>("replace");
  const auto first = instead == nullptr ? find_sensitive_path(path) : find_sensitive_path(path, *instead);
  if (first) return Match{*first, instead != nullptr};
  const auto added = find_sensitive_path(path, context.params.words("add"));
  return added ? std::optional(Match{*added, true}) : std::nullopt;
}

/// Where the places really are: the folder of an engine is often a link to a larger disk.
std::vector<std::string> moved_places(const RuleContext& context) {
  std::vector<std::string> moved;
  if (!context.host.reads_file_system()) return moved;
  const auto follow = [&](std::string_view place) {
    auto real = context.host.real_path(std::string(place));
    // A folder that leads into another place of the list (/bin to /usr/bin) is found there.
    if (real && *real != place && *real != "/" && !find(context, *real)) moved.push_back(std::move(*real));
  };
  if (const auto* instead = context.params.find<std::vector<std::string>>("replace")) {
    std::ranges::for_each(*instead, follow);
  } else {
    std::ranges::for_each(sensitive_places(), follow);
  }
  std::ranges::for_each(context.params.words("add"), follow);
  return moved;
}

bool may_be_read(const RuleContext& context, std::string_view path) {
  return is_harmless_to_read(path) || std::ranges::any_of(context.params.words("allow_read_only"),
                                                          [&](const auto& known) { return is_within(path, known); });
}

void check_sensitive(const RuleContext& context, FindingSink& sink) {
  std::optional<std::vector<std::string>> moved;
  for_each_host_path(context, [&](const HostPath& host) {
    std::optional<Match> match = find(context, host.path);
    if (!match) {
      if (!moved) moved = moved_places(context);
      if (const auto found = find_sensitive_path(host.path, *moved)) match = Match{*found, false};
    }
    if (!match || (host.read_only && may_be_read(context, host.path)) ||
        is_own_folder_of_root(context, host, match->found)) {
      return false;
    }
    sink.report(host.origin,
                fmt::format("{} {} {}, {}", host.text(), describe(match->found.relation), match->found.place,
                            match->of_policy ? "which the policy keeps out" : "a system folder"),
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

constexpr RuleParam params[] = {
    {.name = "add",
     .type = ParamType::paths,
     .effect = ParamEffect::add,
     .description = "further folders that are kept out like the built-in ones"},
    {.name = "allow_read_only",
     .type = ParamType::paths,
     .effect = ParamEffect::exempt,
     .description = "what passes read-only beside time zone, certificates and fonts"},
    {.name = "replace",
     .type = ParamType::paths,
     .effect = ParamEffect::replace,
     .description = "the folders that are kept out instead of the built-in ones"},
};

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
              .source = "CIS 5.6",
              .params = params},
     .check = check_sensitive},
};

}  // namespace

std::span<const Rule> sensitive_mount_rules() { return rules; }

}  // namespace skillrun::rules
