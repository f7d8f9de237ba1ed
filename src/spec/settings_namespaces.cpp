// Which of the host's or another container's namespaces, which runtime, which place among the control groups.
#include <algorithm>

#include <fmt/format.h>

#include "spec/scan.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

void set_namespace(SpecBuilder& builder, Optional<NamespaceSetting>& slot, NamespaceKind kind, const std::string& value,
                   const Origin& origin) {
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

}  // namespace

void set_pid_mode(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_namespace(builder, builder.spec.pid_mode, NamespaceKind::pid, value, origin);
}

void set_ipc_mode(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_namespace(builder, builder.spec.ipc_mode, NamespaceKind::ipc, value, origin);
}

void set_uts_mode(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_namespace(builder, builder.spec.uts_mode, NamespaceKind::uts, value, origin);
}

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

void set_cgroupns_mode(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_namespace(builder, builder.spec.cgroupns_mode, NamespaceKind::cgroup, value, origin);
}

void set_cgroup_parent(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (value.empty()) {
    builder.problem("invalid-value", origin, "the cgroup parent is empty", "remove it");
    return;
  }
  builder.set(builder.spec.cgroup_parent, value, origin);
}

void set_runtime(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_engine_name(value) && !value.starts_with('/')) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is no OCI runtime", printable(value)),
                    "name one that the engine knows, such as runc or runsc");
    return;
  }
  builder.set(builder.spec.runtime, value, origin);
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

void add_device_cgroup_rule(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_device_cgroup_rule(value)) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is no device cgroup rule", printable(value)),
                    "write TYPE MAJOR:MINOR ACCESS, such as c 1:3 r");
    return;
  }
  builder.spec.device_cgroup_rules.push_back({value, origin});
}

}  // namespace skillrun
