// What it is separated by: namespaces, OCI runtime, cgroup parent. Where the spec does not say, each must be what the
// engine does by itself in a safe configuration.
#include <array>

#include "run/comparison.hpp"

namespace skillrun {

namespace {

using namespace std::string_view_literals;

bool is_own(std::string_view mode) { return mode.empty() || mode == "private"; }

/// `usual`: whether what was made is what the engine does by itself and harmless.
void compare_namespace(Comparison& c, const Optional<NamespaceSetting>& approved, const std::string& made, bool usual) {
  if (!approved) {
    if (!usual) c.added(made);
    return;
  }
  const NamespaceSetting& wanted = approved->value;
  // Engines write the id of a container where a name was given.
  const bool by_id = wanted.mode == NamespaceMode::container && made.starts_with("container:") &&
                     is_hex_id(std::string_view(made).substr(std::string_view("container:").size()));
  const bool own = wanted.mode == NamespaceMode::private_ && is_own(made);
  if (made == wanted.text() || by_id || own) return;
  c.differ(approved->origin, wanted.text(), made.empty() ? "the engine's default" : made);
}

void compare_pid(Comparison& c) {
  compare_namespace(c, c.spec.pid_mode, c.made.pid_mode, is_own(c.made.pid_mode));
  // A pod shares the namespaces of its other containers.
  if (!c.made.pod.empty()) c.added(fmt::format("pod {}", c.made.pod));
}

/// An IPC namespace that others may join is podman's default and old docker engines'; nobody does who was not told to.
/// podman says so of a private one too.
void compare_ipc(Comparison& c) {
  const bool shareable = c.made.ipc_mode == "shareable";
  const auto& approved = c.spec.ipc_mode;
  if (c.podman() && shareable && approved && approved->value.mode == NamespaceMode::private_) return;
  compare_namespace(c, approved, c.made.ipc_mode, is_own(c.made.ipc_mode) || shareable);
}

void compare_uts(Comparison& c) { compare_namespace(c, c.spec.uts_mode, c.made.uts_mode, is_own(c.made.uts_mode)); }

/// keep-id gives the caller's own number on rootless podman. An engine that does not use user namespaces, as podman of
/// root does, answers nothing for the host's.
void compare_userns(Comparison& c) {
  const auto& approved = c.spec.userns_mode;
  const std::string& made = c.made.userns_mode;
  if (made.empty() && approved && approved->value.mode == NamespaceMode::host) return;
  const bool keep_id = c.podman() && c.spec.user && c.spec.user->value.host && made.starts_with("keep-id");
  compare_namespace(c, approved, made, is_own(made) || keep_id);
}

/// The host's is every engine's default with control groups of version 1.
void compare_cgroupns(Comparison& c) {
  const std::string& made = c.made.cgroupns_mode;
  compare_namespace(c, c.spec.cgroupns_mode, made, is_own(made) || made == "host");
}

void compare_runtime(Comparison& c) {
  const auto& approved = c.spec.runtime;
  if (approved) {
    if (approved->value != c.made.runtime) c.differ(approved->origin, approved->value, c.made.runtime);
    return;
  }
  constexpr std::array confining{""sv, "runc"sv, "crun"sv, "io.containerd.runc.v2"sv, "runsc"sv, "kata"sv};
  if (std::ranges::find(confining, c.made.runtime) == confining.end()) c.added(c.made.runtime);
}

void compare_isolation(Comparison& c) {
  const auto usual = [](std::string_view isolation) { return isolation.empty() || isolation == "default"; };
  const auto& approved = c.spec.isolation;
  if (approved ? approved->value == c.made.isolation || (usual(approved->value) && usual(c.made.isolation))
               : usual(c.made.isolation)) {
    return;
  }
  if (approved) return c.differ(approved->origin, approved->value, c.made.isolation);
  c.added(c.made.isolation);
}

void compare_cgroup_parent(Comparison& c) {
  const auto& approved = c.spec.cgroup_parent;
  if (approved) {
    if (approved->value != c.made.cgroup_parent) c.differ(approved->origin, approved->value, c.made.cgroup_parent);
    return;
  }
  // podman names the one that systemd gives to every user.
  constexpr std::array usual{""sv, "user.slice"sv, "machine.slice"sv};
  if (std::ranges::find(usual, c.made.cgroup_parent) == usual.end()) c.added(c.made.cgroup_parent);
}

constexpr FieldComparison namespace_rows[] = {
    {"pid_mode", compare_pid, {}},           {"ipc_mode", compare_ipc, {}},
    {"uts_mode", compare_uts, {}},           {"userns_mode", compare_userns, {}},
    {"cgroupns_mode", compare_cgroupns, {}}, {"runtime", compare_runtime, {}},
    {"isolation", compare_isolation, {}},    {"cgroup_parent", compare_cgroup_parent, {}},
};

}  // namespace

std::span<const FieldComparison> namespace_comparisons() { return namespace_rows; }

}  // namespace skillrun
