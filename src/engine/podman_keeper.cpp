#include "engine/podman_keeper.hpp"

#include <fcntl.h>
#include <sched.h>

#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "support/read_file.hpp"

namespace skillrun::inline v0 {

namespace {

/// The process that keeps the namespaces.
std::optional<pid_t> keeper() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime == nullptr) return std::nullopt;
  const auto text = read_file(fmt::format("{}/libpod/tmp/pause.pid", runtime), 64);
  pid_t pid = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), pid).ec != std::errc() || pid <= 0) {
    return std::nullopt;
  }
  return pid;
}

}  // namespace

bool PodmanNamespaces::enter() const noexcept {
  return ::setns(user.get(), CLONE_NEWUSER) == 0 && ::setns(mount.get(), CLONE_NEWNS) == 0;
}

std::optional<PodmanNamespaces> podman_namespaces() {
  const auto pid = keeper();
  if (!pid) return std::nullopt;
  const auto open = [&](const char* kind) {
    return UniqueFd(::open(fmt::format("/proc/{}/ns/{}", *pid, kind).c_str(), O_RDONLY | O_CLOEXEC));
  };
  PodmanNamespaces found{.user = open("user"), .mount = open("mnt")};
  if (!found.user || !found.mount) return std::nullopt;
  return found;
}

}  // namespace skillrun::inline v0
