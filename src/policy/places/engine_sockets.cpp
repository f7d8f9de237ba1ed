#include "policy/places/engine_sockets.hpp"

#include <algorithm>

#include "policy/places/paths.hpp"

namespace skillrun::inline v0 {

namespace {

/// Sockets, and folders that belong to an engine alone. Written with /run; /var/run is the same place.
constexpr std::string_view socket_places[] = {
    "/run/docker.sock",
    "/run/docker",
    "/run/docker.pid",
    "/run/containerd",
    "/run/crio",
    "/run/podman",
    "/run/buildkit",
    "/run/cri-dockerd.sock",
    "/run/dockershim.sock",
    "/run/balena.sock",
    "/run/balena-engine.sock",
    "/run/balena",
    "/run/balena-engine",
    "/run/k3s",
    "/run/host-services",
    "/run/host",
    "/run/containers",
    "/run/runc",
    "/run/crun",
    "/run/libpod",
    "/run/k0s",
    "/run/lxd",
    "/run/incus",
    "/run/libvirt",
    "/run/snap.docker",
    "/run/user/*/containers",
    "/run/user/*/libpod",
    "/run/user/*/docker.sock",
    "/run/user/*/docker",
    "/run/user/*/podman",
    "/run/user/*/containerd",
    "/run/user/*/containerd-rootless",
    "/run/user/*/buildkit",
    "/run/user/*/dockerd-rootless",
    "/var/lib/kubelet",
    "/var/lib/rancher",
    "/var/lib/lxd",
    "/var/lib/incus",
    "/var/snap/docker",
    "/var/snap/lxd",
    "/var/snap/microk8s/common/run",
    "/pipe/docker_engine",
};

/// The same in any home.
constexpr std::string_view home_places[] = {
    ".docker/run",   ".docker/desktop",
    ".colima",       ".config/colima",
    ".lima",         ".rd",
    ".orbstack/run", ".local/share/containers/podman/machine",
};

static_assert(std::ranges::all_of(home_places, [](std::string_view place) { return place.starts_with('.'); }));

/// Asks `question` about the places in a home; without a dot name there is none.
template <class Question>
bool any_home_place(std::string_view path, Question&& question) noexcept {
  return path.find("/.") != std::string_view::npos && std::ranges::any_of(home_places, question);
}

/// Names that are a socket of an engine wherever they stand: daemons are told to listen elsewhere, but keep the name.
constexpr std::string_view socket_names[] = {
    "docker.sock",           "docker.raw.sock", "docker.proxy.sock",  "docker-cli.sock", "containerd.sock",
    "containerd.sock.ttrpc", "crio.sock",       "podman.sock",        "buildkitd.sock",  "cri-dockerd.sock",
    "dockershim.sock",       "balena.sock",     "balena-engine.sock", "kubelet.sock",    "docker_engine",
};

}  // namespace

bool is_engine_socket(std::string_view path) noexcept {
  const std::string_view place = without_var(path);
  return std::ranges::any_of(socket_places, [&](std::string_view known) { return matches_within(place, known); }) ||
         any_home_place(path, [&](std::string_view known) { return has_sequence(path, known); }) ||
         std::ranges::find(socket_names, last_component(path)) != std::end(socket_names);
}

std::string held_engine_socket(std::string_view path) {
  if (path == "/var") return "/var/run/docker.sock";
  const std::string_view place = without_var(path);
  for (const std::string_view known : socket_places) {
    if (matches_above(place, known)) return std::string(known);
  }
  std::string_view held;
  (void)any_home_place(path, [&](std::string_view known) {
    if (ends_inside_sequence(path, known)) held = known;
    return !held.empty();
  });
  return std::string(held);
}

}  // namespace skillrun::inline v0
