#include "engine/docker/podman_root.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "engine/command.hpp"
#include "engine/podman_keeper.hpp"
#include "support/process/pipe.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = ContainerEntry::Kind;

/// What crosses from the child to its parent.
struct Look {
  int error = 0;
  bool root_seen = false;
  Kind kind = Kind::nothing;
  bool executable = false;
  std::array<char, 2048> leads_to{};
};

/// An overlay that is not mounted is an empty folder, in which nothing would ever be found.
bool is_mounted(int root, const std::string& path) {
  if (!path.ends_with("/merged")) return true;
  struct stat inside{};
  struct stat above{};
  return ::fstat(root, &inside) == 0 && ::fstatat(root, "..", &above, 0) == 0 && inside.st_dev != above.st_dev;
}

/// Allocates nothing: it also runs between fork and exit.
Look look(const std::string& root, const std::vector<std::string>& components) {
  Look seen;
  int at = ::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  seen.root_seen = at >= 0 && is_mounted(at, root);
  if (!seen.root_seen) {
    seen.error = at < 0 ? errno : ENODEV;
    if (at >= 0) ::close(at);
    return seen;
  }
  for (std::size_t i = 0; i < components.size(); ++i) {
    const char* name = components[i].c_str();
    struct stat status{};
    if (::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      seen.error = errno == ENOENT || errno == ENOTDIR ? 0 : errno;
      break;
    }
    if (i + 1 == components.size()) {
      seen.kind = S_ISLNK(status.st_mode) ? Kind::link : S_ISDIR(status.st_mode) ? Kind::folder : Kind::other;
      seen.executable = (status.st_mode & 0111U) != 0;
      if (S_ISLNK(status.st_mode) && ::readlinkat(at, name, seen.leads_to.data(), seen.leads_to.size() - 1) < 0) {
        seen.error = errno;
      }
      break;
    }
    const int next = S_ISLNK(status.st_mode) ? -1 : ::openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0) {
      seen.error = S_ISLNK(status.st_mode) ? ELOOP : errno;
      break;
    }
    ::close(at);
    at = next;
  }
  ::close(at);
  return seen;
}

EngineResult<Look> look_inside(const PodmanNamespaces& namespaces, const std::string& root,
                               const std::vector<std::string>& components) {
  auto pipe = make_pipe();
  if (!pipe) return std::unexpected(engine_error(pipe.error()));
  const auto failed = [](int error) {
    return std::unexpected(EngineError{EngineError::Kind::server, std::strerror(error)});
  };
  // A process of several threads cannot enter a user namespace; its child has one.
  const pid_t child = ::fork();
  if (child < 0) return failed(errno);
  if (child == 0) {
    Look seen;
    if (namespaces.enter()) {
      seen = look(root, components);
    } else {
      seen.error = errno;
    }
    const auto written = ::write(pipe->second.get(), &seen, sizeof seen);
    ::_exit(written == static_cast<ssize_t>(sizeof seen) ? 0 : 1);
  }
  pipe->second.reset();
  Look seen;
  ssize_t got = 0;
  do {
    got = ::read(pipe->first.get(), &seen, sizeof seen);
  } while (got < 0 && errno == EINTR);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (got != static_cast<ssize_t>(sizeof seen)) return failed(EIO);
  return seen;
}

}  // namespace

EngineResult<ContainerEntry> PodmanRoot::look_at(const std::string& path) const {
  const auto unsupported = [&](std::string_view why) {
    return std::unexpected(EngineError{EngineError::Kind::unsupported,
                                       fmt::format("podman's '{}' cannot be looked into: {}", printable(path_), why)});
  };
  std::vector<std::string> components;
  for (const std::string_view part : split(path, '/')) {
    if (!part.empty()) components.emplace_back(part);
  }
  Look seen;
  if (rootless_) {
    const auto namespaces = podman_namespaces();
    if (!namespaces) return unsupported("the namespaces of your podman are not known");
    auto inside = look_inside(*namespaces, path_, components);
    if (!inside) return std::unexpected(inside.error());
    seen = *inside;
  } else {
    seen = look(path_, components);
  }
  if (seen.error != 0) return unsupported(std::strerror(seen.error));
  return ContainerEntry{.kind = seen.kind, .leads_to = seen.leads_to.data(), .executable = seen.executable};
}

}  // namespace skillrun::inline v0
