// What it is separated by: namespaces, OCI runtime, cgroup parent. The spec has no say in these yet, so each must be
// what the engine does by itself in a safe configuration.
#include <array>

#include "run/comparison.hpp"

namespace skillrun {

namespace {

using namespace std::string_view_literals;

bool own_namespace(std::string_view mode) { return mode.empty() || mode == "private"; }

/// keep-id, which gives the caller's own number on rootless podman, shows as a private one.
void compare_namespaces(Comparison& c) {
  if (!own_namespace(c.made.pid_mode)) c.added(fmt::format("PID namespace {}", c.made.pid_mode));
  // podman's default lets others join, older docker engines' too; nobody does who was not told to.
  if (!own_namespace(c.made.ipc_mode) && c.made.ipc_mode != "shareable") {
    c.added(fmt::format("IPC namespace {}", c.made.ipc_mode));
  }
  if (!own_namespace(c.made.uts_mode)) c.added(fmt::format("UTS namespace {}", c.made.uts_mode));
  const bool keep_id = c.made.podman && c.spec.user && c.spec.user->value.host;
  if (!own_namespace(c.made.userns_mode) && !(keep_id && c.made.userns_mode.starts_with("keep-id"))) {
    c.added(fmt::format("user namespace {}", c.made.userns_mode));
  }
  // The host's is every engine's default with control groups of version 1.
  if (!own_namespace(c.made.cgroupns_mode) && c.made.cgroupns_mode != "host") {
    c.added(fmt::format("cgroup namespace {}", c.made.cgroupns_mode));
  }
  if (!c.made.pod.empty()) c.added(fmt::format("pod {}", c.made.pod));
}

void compare_runtime(Comparison& c) {
  constexpr std::array confining{""sv, "runc"sv, "crun"sv, "io.containerd.runc.v2"sv, "runsc"sv, "kata"sv};
  if (std::ranges::find(confining, c.made.runtime) == confining.end()) {
    c.added(fmt::format("OCI runtime {}", c.made.runtime));
  }
}

void compare_cgroup_parent(Comparison& c) {
  // podman names the one that systemd gives to every user.
  constexpr std::array usual{""sv, "user.slice"sv, "machine.slice"sv};
  if (std::ranges::find(usual, c.made.cgroup_parent) == usual.end()) c.added(c.made.cgroup_parent);
}

constexpr FieldComparison comparisons[] = {
    {"namespaces", compare_namespaces, {}},
    {"runtime", compare_runtime, {}},
    {"cgroup_parent", compare_cgroup_parent, {}},
};

}  // namespace

std::span<const FieldComparison> namespace_comparisons() { return comparisons; }

}  // namespace skillrun
