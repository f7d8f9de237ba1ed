// Which of the host's or another container's namespaces, which runtime, which place among the control groups.
#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

void set_namespace(SpecBuilder& builder, OptionalSetting<NamespaceSetting>& slot, NamespaceKind kind,
                   const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto setting = parse_namespace(kind, value);
  if (!setting) {
    builder.problem("invalid-value", origin, setting.error().message, "remove it; a skill has namespaces of its own");
    return;
  }
  builder.set(slot, std::move(*setting), origin);
}

bool is_device_cgroup_rule(std::string_view text) {
  const auto parts = split(text, ' ');
  if (parts.size() != 3) return false;
  const auto number = [](std::string_view part) {
    return part == "*" || (!part.empty() && std::ranges::all_of(part, is_digit));
  };
  const std::size_t colon = parts[1].find(':');
  const bool type = parts[0] == "a" || parts[0] == "c" || parts[0] == "b";
  const bool access =
      !parts[2].empty() && parts[2].size() <= 3 && parts[2].find_first_not_of("rwm") == std::string_view::npos;
  return type && access && colon != std::string_view::npos && number(parts[1].substr(0, colon)) &&
         number(parts[1].substr(colon + 1));
}

template <OptionalSetting<NamespaceSetting> ContainerSpec::* setting, NamespaceKind kind>
void set_namespace(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_namespace(builder, builder.spec.*setting, kind, value, origin);
}

bool is_runtime_name(std::string_view text) { return is_engine_name(text) || text.starts_with('/'); }

void set_userns_mode(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  for (const std::string_view word : {"keep-id", "auto", "nomap"}) {
    if (value != word && !value.starts_with(std::string(word) + ":")) continue;
    builder.problem("podman-only-flag", origin,
                    fmt::format("only podman knows the user namespace '{}'", printable(value)),
                    "write user = \"host\" for your own user and group, whichever engine runs the skill");
    return;
  }
  set_namespace(builder, builder.spec.userns_mode, NamespaceKind::user, value, origin);
}

void set_cgroup_parent(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (value.empty()) {
    builder.problem("invalid-value", origin, "the cgroup parent is empty", "remove it");
    return;
  }
  builder.set(builder.spec.cgroup_parent, value, origin);
}

void set_isolation(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (value != "default") {
    builder.problem("unenforced-field", origin,
                    fmt::format("the isolation '{}' exists on Windows only", printable(value)), "remove it");
    return;
  }
  builder.set(builder.spec.isolation, value, origin);
}

void add_annotation(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_pair(builder, builder.spec.annotations, value, origin, true);
}

constexpr SettingRow namespace_rows[] = {
    {.member = member<&Spec::device_cgroup_rules>("device_cgroup_rules"),
     .flag = {.name = "device-cgroup-rule", .arity = FlagArity::list},
     .service = {"device_cgroup_rules", ServiceShape::list},
     .set = set_text<&Spec::device_cgroup_rules, is_device_cgroup_rule, "a device cgroup rule",
                     "write TYPE MAJOR:MINOR ACCESS, such as c 1:3 r">},
    {.member = member<&Spec::runtime>("runtime").meaning(Sense::parts),
     .flag = {.name = "runtime"},
     .service = {"runtime"},
     .set = set_text<&Spec::runtime, is_runtime_name, "an OCI runtime",
                     "name one that the engine knows, such as runc or runsc">},
    {.member = member<&Spec::isolation>("isolation").meaning(Sense::parts),
     .flag = {.name = "isolation"},
     .service = {"isolation"},
     .set = set_isolation},
    {.member = member<&Spec::cgroup_parent>("cgroup_parent").meaning(Sense::parts),
     .flag = {.name = "cgroup-parent"},
     .service = {"cgroup_parent"},
     .set = set_cgroup_parent},
    {.member = member<&Spec::annotations>("annotations"),
     .flag = {.name = "annotation", .arity = FlagArity::list},
     .service = {"annotations", ServiceShape::pairs},
     .set = add_annotation},
    {.member = member<&Spec::pid_mode>("pid_mode").meaning(Sense::parts),
     .flag = {.name = "pid"},
     .service = {"pid"},
     .set = set_namespace<&Spec::pid_mode, NamespaceKind::pid>},
    {.member = member<&Spec::ipc_mode>("ipc_mode").meaning(Sense::parts),
     .flag = {.name = "ipc"},
     .service = {"ipc"},
     .set = set_namespace<&Spec::ipc_mode, NamespaceKind::ipc>},
    {.member = member<&Spec::uts_mode>("uts_mode").meaning(Sense::parts),
     .flag = {.name = "uts"},
     .service = {"uts"},
     .set = set_namespace<&Spec::uts_mode, NamespaceKind::uts>},
    {.member = member<&Spec::userns_mode>("userns_mode").meaning(Sense::parts),
     .flag = {.name = "userns"},
     .service = {"userns_mode"},
     .set = set_userns_mode},
    {.member = member<&Spec::cgroupns_mode>("cgroupns_mode").meaning(Sense::parts),
     .flag = {.name = "cgroupns"},
     .service = {"cgroup"},
     .set = set_namespace<&Spec::cgroupns_mode, NamespaceKind::cgroup>},
};

}  // namespace

std::span<const SettingRow> namespace_settings() { return namespace_rows; }

}  // namespace skillrun::inline v0
