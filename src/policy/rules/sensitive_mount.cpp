#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/places/system_places.hpp"
#include "policy/rules/support/host_places.hpp"
#include "policy/rules/support/rule_support.hpp"

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

std::string_view describe(Relation relation) noexcept {
  switch (relation) {
    case Relation::same: return "is";
    case Relation::below: return "lies in";
    case Relation::above: return "holds";
  }
  return "is";
}

bool may_be_read(const RuleContext& context, const HostPath& host) {
  return host.read_only && !host.build_context &&
         std::ranges::any_of(context.params.words("allow_read_only"),
                             [&](const auto& known) { return is_within(host.path, known); });
}

/// Where places of the system really are: the folder of an engine is often a link to a larger disk.
std::vector<std::string> moved_places(const RuleContext& context) {
  std::vector<std::string> moved;
  if (!context.host.reads_file_system()) return moved;
  const auto follow = [&](std::string_view place) {
    auto real = context.host.real_path(std::string(place));
    // What leads into another tree of the system (/bin to /usr/bin) is found there.
    if (real && *real != place && *real != "/" && !find_system_place(*real)) moved.push_back(std::move(*real));
  };
  std::ranges::for_each(movable_places(), follow);
  std::ranges::for_each(context.params.words("add"), follow);
  return moved;
}

/// The message's end for a path that the policy or this machine keeps out beside the trees of the system.
class KeptOut {
 public:
  explicit KeptOut(const RuleContext& context) : context_(context) {}

  [[nodiscard]] std::string find(const HostPath& host) {
    if (const auto added = find_place_among(host.path, context_.params.words("add"))) {
      return fmt::format("{} {}, which the policy keeps out", describe(added->relation), added->place);
    }
    if (!moved_) moved_ = moved_places(context_);
    const auto moved = find_place_among(host.path, *moved_);
    return moved ? fmt::format("{} {}, where files of the system are", describe(moved->relation), moved->place)
                 : std::string();
  }

 private:
  const RuleContext& context_;
  std::optional<std::vector<std::string>> moved_;
};

std::string find_system(const RuleContext& context, const HostPlaces& places, const HostPath& host) {
  if (const auto* instead = context.params.find<std::vector<std::string>>("replace")) {
    const auto match = find_place_among(host.path, *instead);
    return match ? fmt::format("{} {}, which the policy keeps out", describe(match->relation), match->place) : "";
  }
  if (host.path == "/") return "holds every folder of the system";
  const Place place = places.find(host);
  if (place.why != Closed::system) return {};
  const auto match = find_system_place(host.path);
  return fmt::format("{} {}, a folder of the system", describe(match ? match->relation : Relation::same), place.what);
}

void check_sensitive(const RuleContext& context, FindingSink& sink) {
  const HostPlaces places(context);
  KeptOut kept_out(context);
  for_each_host_path(context, [&](const HostPath& host) {
    if (may_be_read(context, host)) return false;
    std::string why = find_system(context, places, host);
    if (why.empty()) why = kept_out.find(host);
    if (why.empty()) return false;
    return !sink.ask(closed_ask(host), host.origin, fmt::format("{} {}", host.text(), why),
                     is_workdir(context, host) ? "choose another working directory with --workdir" : "");
  });
  if (!context.host.reads_file_system()) return;
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type != MountType::bind || context.host.real_path(mount.value.source)) continue;
    sink.report(mount.origin,
                fmt::format("'{}' cannot be resolved, so nobody knows what it leads to", mount.value.source),
                "use a path whose folders this user may enter");
  }
}

constexpr RuleParam params[] = {
    {.name = "add",
     .type = ParamType::paths,
     .effect = ParamEffect::add,
     .description = "further folders that are kept out like those of the system"},
    {.name = "allow_read_only",
     .type = ParamType::paths,
     .effect = ParamEffect::exempt,
     .description = "what passes read-only besides time zone, certificates and fonts"},
    {.name = "replace",
     .type = ParamType::paths,
     .effect = ParamEffect::replace,
     .description = "the folders that are kept out instead of those of the system"},
};

/// What the rule of that name says for others too.
constexpr std::string_view root_mount_covers[] = {"home-secrets-mount", "mount-outside-roots", "sensitive-mount",
                                                  "socket-ancestor", "writable-mount"};
constexpr std::string_view sensitive_mount_covers[] = {"mount-outside-roots", "writable-mount"};

constexpr Rule rules[] = {
    {.info = {.id = "root-mount",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of /",
              .why = "the skill could read and change everything: passwords, keys, programs that root runs",
              .remedy = "mount the one folder that the tool works on",
              .source = "CIS Docker 1.6.0 5.6",
              .covers = root_mount_covers},
     .check = check_root},
    {.info = {.id = "sensitive-mount",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of, or a build from, anything in a tree of the system: /etc, /usr, /var, /opt, /run "
                         "and the like",
              .why = "the system keeps secrets there and what the host runs; to write there is to own the host",
              .remedy = "mount a folder of your own data; time zone, certificates and fonts may be mounted read-only; "
                        "anything else takes a policy that grants it by name",
              .source = "CIS Docker 1.6.0 5.6",
              .params = params,
              .covers = sensitive_mount_covers},
     .check = check_sensitive},
};

}  // namespace

std::span<const Rule> sensitive_mount_rules() { return rules; }

}  // namespace skillrun::rules
