// What it is separated by: namespaces, OCI runtime, cgroup parent. Where the spec does not say, each must be what the
// engine does by itself in a safe configuration.
#include <array>

#include "run/comparison.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

/// What an engine does by itself and is harmless: a namespace of the container's own, and `usual`.
template <OptionalSetting<NamespaceSetting> ContainerSpec::* setting, NamespaceMode usual = NamespaceMode::private_>
void compare_namespace(Comparison& c) {
  const auto& approved = c.spec.*setting;
  const auto& made = c.made.*setting;
  if (!approved) {
    if (made && made->value.mode != usual && made->value.mode != NamespaceMode::private_) c.added(made->value.text());
    return;
  }
  const std::string text = made ? made->value.text() : "the engine's default";
  if (text != approved->value.text()) c.differ(approved->origin, approved->value.text(), text);
}

/// As approved; without that, one of those that are known for what they do.
template <std::size_t size>
void compare_usual(Comparison& c, const OptionalSetting<std::string>& approved,
                   const OptionalSetting<std::string>& setting, const std::array<std::string_view, size>& usual) {
  const std::string made = setting ? setting->value : "";
  if (approved) {
    if (approved->value != made) c.differ(approved->origin, approved->value, made);
  } else if (!made.empty() && !is_among(usual, made)) {
    c.added(made);
  }
}

void compare_runtime(Comparison& c) {
  compare_usual(c, c.spec.runtime, c.made.runtime,
                std::array{"runc"sv, "crun"sv, "io.containerd.runc.v2"sv, "runsc"sv, "kata"sv});
}

/// "default" is what an engine says of none.
void compare_isolation(Comparison& c) {
  const auto& approved = c.spec.isolation;
  const auto unusual = [](const OptionalSetting<std::string>& isolation) {
    return isolation && isolation->value != "default" ? isolation->value : "";
  };
  if (unusual(approved) == unusual(c.made.isolation)) return;
  if (!approved) return c.added(c.made.isolation->value);
  c.differ(approved->origin, approved->value, c.made.isolation ? c.made.isolation->value : "none");
}

/// podman names the one that systemd gives to every user.
void compare_cgroup_parent(Comparison& c) {
  compare_usual(c, c.spec.cgroup_parent, c.made.cgroup_parent, std::array{"user.slice"sv, "machine.slice"sv});
}

// An IPC namespace that others may join is podman's default and old docker engines'; nobody joins it unless told to.
// The host's namespace of control groups is every engine's default with control groups of version 1.
constexpr PartsComparison namespace_rows[] = {
    {"pid_mode", compare_namespace<&ContainerSpec::pid_mode>},
    {"ipc_mode", compare_namespace<&ContainerSpec::ipc_mode, NamespaceMode::shareable>},
    {"uts_mode", compare_namespace<&ContainerSpec::uts_mode>},
    {"userns_mode", compare_namespace<&ContainerSpec::userns_mode>},
    {"cgroupns_mode", compare_namespace<&ContainerSpec::cgroupns_mode, NamespaceMode::host>},
    {"runtime", compare_runtime},
    {"isolation", compare_isolation},
    {"cgroup_parent", compare_cgroup_parent},
};

}  // namespace

std::span<const PartsComparison> namespace_comparisons() { return namespace_rows; }

}  // namespace skillrun::inline v0
