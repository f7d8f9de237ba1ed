#include <algorithm>

#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"
#include "policy/rules/support/volume_owner.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_remote(const RuleContext& context, FindingSink& sink) {
  if (!context.host.engine_is_remote()) return;
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.type != MountType::bind) continue;
    sink.report(mount.origin,
                fmt::format("the engine is not on this machine: '{}' is a path of that machine", mount.value.source));
  }
}

/// os and architecture count; no engine tells the variant that it runs on.
bool runs_by_itself(std::string_view platform, std::string_view engine) {
  const auto wanted = split(platform, '/');
  const auto own = split(engine, '/');
  return std::ranges::equal(wanted.begin(), wanted.begin() + std::min<std::ptrdiff_t>(std::ssize(wanted), 2),
                            own.begin(), own.begin() + std::min(std::ssize(wanted), std::ssize(own)));
}

void check_platform(const RuleContext& context, FindingSink& sink) {
  const auto& platform = context.spec.platform;
  if (!platform) return;
  const auto engine = context.host.engine_platform();
  if (!engine || runs_by_itself(platform->value, *engine)) return;
  sink.report(platform->origin, fmt::format("the engine runs {}, the skill asks for {}", *engine, platform->value));
}

void check_volume(const RuleContext& context, FindingSink& sink) {
  std::optional<std::string> owner;
  for (const auto& mount : context.spec.mounts) {
    const Mount& value = mount.value;
    if (value.type != MountType::volume || value.source.empty()) continue;
    const auto volume = context.host.existing_volume(value.source);
    if (!volume) continue;
    if (!owner) owner = volume_owner(context.spec, context.host);
    if (is_owned(*volume, *owner)) continue;
    sink.ask({.kind = AskKind::volume, .subject = value.source, .writes = !value.read_only, .closed = false},
             mount.origin, fmt::format("the volume '{}' already exists and was not made for this skill", value.source));
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "foreign-platform",
              .privileged = info,
              .baseline = info,
              .restricted = info,
              .summary = "a platform other than the engine's own",
              .why = "it runs through an emulator, if at all: slower, and with the emulator's own faults",
              .remedy = "remove platform where the image is made for the engine's own too",
              .source = "own"},
     .check = check_platform},
    {.info = {.id = "opaque-volume",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a named volume that already exists and that skillrun did not make for this skill of this manifest",
              .why = "it is another program's data: a database, the secrets of a service",
              .remedy = "use a name of the skill's own, or grant it",
              .source = "own"},
     .check = check_volume},
    {.info = {.id = "remote-host-path",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a bind mount while the engine is on another machine",
              .why = "the path is that machine's: it cannot be looked at from here, and it is not the caller's folder",
              .remedy = "use a volume, or an engine on this machine",
              .source = "own"},
     .check = check_remote},
};

}  // namespace

std::span<const Rule> engine_facts_rules() { return rules; }

}  // namespace skillrun::rules
