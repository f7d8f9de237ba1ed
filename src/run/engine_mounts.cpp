#include "run/engine_mounts.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Who listens on a socket of this machine; nothing when that is not to be known, as across a namespace of processes.
std::optional<pid_t> listener_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.data(), path.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ucred peer{};
  socklen_t size = sizeof peer;
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0) {
    return std::nullopt;
  }
  return peer.pid;
}

bool same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool shares_mounts_with(pid_t pid) {
  struct stat own{};
  struct stat other{};
  return ::stat("/proc/self/ns/mnt", &own) == 0 && ::stat(fmt::format("/proc/{}/ns/mnt", pid).c_str(), &other) == 0 &&
         same_file(own, other);
}

bool mount_here(int fd, const char* point) {
  std::array<char, 32> source{};
  fmt::format_to_n(source.data(), source.size() - 1, "/proc/self/fd/{}", fd);
  return ::mount(source.data(), point, nullptr, MS_BIND | MS_REC, nullptr) == 0;
}

/// open_without_links() for a process between fork and exit, which must not allocate.
int open_again(const std::vector<std::string>& components) {
  int at = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (const std::string& component : components) {
    const int next = ::openat(at, component.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    ::close(at);
    if (next < 0) return -1;
    at = next;
  }
  return at;
}

struct Plan {
  std::vector<std::string> components;
  struct stat held{};
  std::string point;
};

/// The error with which the child ends.
int bind_inside(const PodmanNamespaces& namespaces, const std::vector<Plan>& plans) {
  if (!namespaces.enter()) return errno;
  for (const Plan& plan : plans) {
    const int fd = open_again(plan.components);
    struct stat found{};
    if (fd < 0 || ::fstat(fd, &found) != 0) return errno;
    if (!same_file(found, plan.held)) return ESTALE;
    if (!mount_here(fd, plan.point.c_str())) return errno;
    ::close(fd);
  }
  return 0;
}

}  // namespace

std::optional<EngineMounts> EngineMounts::of(const EngineInfo& engine) {
  if (engine.remote) return std::nullopt;
  EngineMounts mounts;
  if (engine.mounter == EngineInfo::Mounter::user_namespace) {
    mounts.others_ = podman_namespaces();
    if (!mounts.others_) return std::nullopt;
    return mounts;
  }
  if (::geteuid() != 0) return std::nullopt;
  if (engine.mounter == EngineInfo::Mounter::child) return mounts;
  if (!engine.socket) return std::nullopt;
  const auto listener = listener_of(*engine.socket);
  if (!listener || !shares_mounts_with(*listener)) return std::nullopt;
  return mounts;
}

std::error_code EngineMounts::bind(std::span<const Bind> binds) const {
  const auto failed = [](int error) { return std::error_code(error, std::generic_category()); };
  if (!others_) {
    for (const Bind& bind : binds) {
      if (!mount_here(bind.fd, bind.point.c_str())) return failed(errno);
    }
    return {};
  }
  std::vector<Plan> plans;
  for (const Bind& bind : binds) {
    Plan& plan = plans.emplace_back();
    plan.point = bind.point;
    if (::fstat(bind.fd, &plan.held) != 0) return failed(errno);
    for (const std::string_view part : split(bind.path, '/')) {
      if (!part.empty()) plan.components.emplace_back(part);
    }
  }
  // A process of several threads cannot enter a user namespace; its child has one.
  const pid_t child = ::fork();
  if (child < 0) return failed(errno);
  if (child == 0) ::_exit(bind_inside(*others_, plans));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return failed(errno);
  }
  return failed(WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
}

}  // namespace skillrun::inline v0
