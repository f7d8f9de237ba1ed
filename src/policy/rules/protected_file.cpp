#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/protected_files.hpp"
#include "policy/rules/support/protected_places.hpp"
#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// What cannot be protected. The rest is mounted read-only by protect_files().
void check(const RuleContext& context, FindingSink& sink) {
  const auto writable = [](const Setting<Mount>& mount) {
    return mount.value.type == MountType::bind && !mount.value.read_only;
  };
  if (std::ranges::none_of(context.spec.mounts, writable)) return;
  const std::vector<std::string> names = protected_files(context.params);
  for_each_host_path(context, [&](const HostPath& host) {
    if (host.read_only || host.build_context) return false;
    if (const std::string_view name = protected_name_of(host.path, names); !name.empty()) {
      sink.report(host.origin, fmt::format("{} is protected ({}), and the mount is writable", host.text(), name));
      return true;
    }
    const std::optional<std::string> real = context.host.real_path(host.path);
    if (real != host.path) return false;
    if (is_deciding(host.path, context.spec, context.host)) {
      sink.report(host.origin, fmt::format("{} decides what runs, and the mount is writable", host.text()));
      return true;
    }
    for (const ProtectedPlace& place : protected_places(host.path, names, context.spec, context.host)) {
      if (place.kind == ProtectedPlace::Kind::inside) {
        sink.report(host.origin,
                    fmt::format("{} is a part of '{}', which decides what git runs", host.text(), place.name),
                    "mount another folder, or mount it read-only");
      }
      if (place.kind == ProtectedPlace::Kind::unknown) {
        sink.report(host.origin,
                    fmt::format("what git reads of '{}' cannot be kept from the skill: it has too many submodules, or "
                                "its index or configuration cannot be read",
                                place.name),
                    "mount a folder that is not part of it, or mount it read-only");
      }
      if (place.kind != ProtectedPlace::Kind::link) continue;
      sink.report(
          host.origin,
          fmt::format("'{}' in '{}' is a symlink: nothing keeps the skill from writing another", place.name, host.path),
          "replace the link with what it leads to, or mount the folder read-only");
    }
    return false;
  });
}

constexpr RuleParam params[] = {
    {.name = "add",
     .type = ParamType::words,
     .effect = ParamEffect::add,
     .description = "further names that are protected in each writable folder; a slash at the end makes it a folder",
     .normalize = normalize_protected_file},
    {.name = "allow",
     .type = ParamType::words,
     .effect = ParamEffect::exempt,
     .description = "names that skills may write; .git lets them commit, and name programs that your own git runs",
     .normalize = normalize_allowed_file}};

/// What the rule of that name says for others too.
constexpr std::string_view protected_file_covers[] = {"writable-mount"};

constexpr Rule rules[] = {
    {.info = {.id = "protected-file",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a writable mount of what is run from a folder, such as manifests and .git",
              .why = "what a skill writes there runs later, outside of any container, or as a skill of its own choice",
              .remedy =
                  "mount the folder above it, in which skillrun keeps these names read-only, or mount it read-only",
              .source = "own",
              .params = params,
              .covers = protected_file_covers,
              .compose_remedy = "mount it read-only"},
     .check = check},
};

}  // namespace

std::span<const Rule> protected_file_rules() { return rules; }

}  // namespace skillrun::rules
