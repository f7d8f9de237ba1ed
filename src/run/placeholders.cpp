#include "run/placeholders.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fmt/format.h>

#include "run/retry.hpp"
#include "spec/finding_at.hpp"
#include "support/open_path.hpp"
#include "support/placeholder.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr int attempts = 16;
constexpr std::chrono::milliseconds lock_pause{20};

struct Place {
  std::string folder;
  std::string name;
};

Place place_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return {.folder = slash == 0 ? "/" : path.substr(0, slash), .name = path.substr(slash + 1)};
}

/// Who is asked for a name that is protected and may be missing.
bool is_mask(const Setting<Mount>& mount) {
  return mount.origin.kind == OriginKind::policy_default && mount.value.type == MountType::bind;
}

/// True when there is nothing but a stand-in, or nothing at all.
bool is_missing(int parent, const std::string& name) {
  struct stat status{};
  return ::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || is_placeholder(status);
}

std::error_code last_error() { return std::error_code(errno, std::generic_category()); }

std::error_code make_one(int parent, const char* name, bool folder) {
  if (folder ? ::mkdirat(parent, name, placeholder_folder_mode) == 0
             : static_cast<bool>(UniqueFd(::openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                                   placeholder_file_mode)))) {
    return {};
  }
  return errno == EEXIST ? std::error_code() : last_error();
}

bool is_at(int parent, const char* name, int file) {
  struct stat held{};
  struct stat found{};
  return ::fstat(file, &held) == 0 && ::fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
         held.st_dev == found.st_dev && held.st_ino == found.st_ino;
}

/// Anybody who may read the folder can open a stand-in and lock it: nothing waits for that without an end.
std::error_code lock_shared(int file, std::chrono::steady_clock::time_point until, const Cancellation* cancellation) {
  while (::flock(file, LOCK_SH | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return last_error();
    if (!pause_unless_cancelled(lock_pause, cancellation)) return std::make_error_code(std::errc::operation_canceled);
    if (std::chrono::steady_clock::now() >= until) {
      return std::make_error_code(std::errc::device_or_resource_busy);
    }
  }
  return {};
}

/// The file or folder under a lock that keeps other runs from taking it away.
std::expected<UniqueFd, std::error_code> hold(int parent, const char* name, bool folder, CallLimits limits) {
  const auto until = std::chrono::steady_clock::now() + limits.deadline;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (const std::error_code error = make_one(parent, name, folder)) return std::unexpected(error);
    UniqueFd file(::openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno != ENOENT) return std::unexpected(last_error());
    if (!file) continue;
    if (const std::error_code error = lock_shared(file.get(), until, limits.cancellation)) {
      return std::unexpected(error);
    }
    if (is_at(parent, name, file.get())) return file;
  }
  return std::unexpected(std::make_error_code(std::errc::resource_unavailable_try_again));
}

bool is_needed(const std::string& path, std::span<const WrittenPlace> places) {
  return std::ranges::any_of(places, [&](const WrittenPlace& place) {
    return !place.end && std::ranges::find(place.stand_ins, path) != place.stand_ins.end();
  });
}

void remove_one(int parent, const std::string& name, int file) {
  struct stat status{};
  // Whoever wrote something into it made it their own.
  if (::flock(file, LOCK_EX | LOCK_NB) != 0 || ::fstat(file, &status) != 0 || !is_placeholder(status) ||
      !is_at(parent, name.c_str(), file)) {
    return;
  }
  ::unlinkat(parent, name.c_str(), S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
}

Finding not_made(const ContainerSpec& spec, const Setting<Mount>& mount, const std::error_code& error) {
  const bool busy = error == std::errc::device_or_resource_busy;
  return finding_at(
      spec, mount.origin, "protected-file", Severity::error,
      fmt::format("'{}' is not there and cannot be kept from the skill: {}", printable(mount.value.source),
                  busy ? "another process holds a lock on it" : error.message()),
      busy ? "see who has it open (`fuser` shows that), and run it again"
           : "mount the folder read-only, or one that you can write to yourself");
}

}  // namespace

std::vector<std::string> needed_placeholders(const ContainerSpec& approved) {
  std::vector<std::string> paths;
  for (const Setting<Mount>& mount : approved.mounts) {
    if (is_mask(mount) && is_missing(AT_FDCWD, mount.value.source)) paths.push_back(mount.value.source);
  }
  return paths;
}

Findings Placeholders::make(const ContainerSpec& approved, CallLimits limits) {
  Findings findings;
  for (const Setting<Mount>& mount : approved.mounts) {
    if (!is_mask(mount)) continue;
    Place place = place_of(mount.value.source);
    auto parent = open_without_links(place.folder, O_RDONLY | O_DIRECTORY);
    if (!parent) {
      findings.push_back(not_made(approved, mount, parent.error()));
      continue;
    }
    if (!is_missing(parent->get(), place.name)) continue;
    auto file = hold(parent->get(), place.name.c_str(), mount.origin.text.ends_with('/'), limits);
    if (file) {
      held_.push_back({.path = mount.value.source,
                       .parent = std::move(*parent),
                       .name = std::move(place.name),
                       .file = std::move(*file)});
    } else {
      findings.push_back(not_made(approved, mount, file.error()));
      if (file.error() == std::errc::operation_canceled) break;
    }
  }
  return findings;
}

void Placeholders::remove(std::span<const WrittenPlace> places) {
  for (const Held& held : held_) {
    if (!is_needed(held.path, places)) remove_one(held.parent.get(), held.name, held.file.get());
  }
  held_.clear();
}

void remove_placeholders(std::span<const std::string> paths, std::span<const WrittenPlace> places) {
  for (const std::string& path : paths) {
    const Place place = place_of(path);
    const auto parent = open_without_links(place.folder, O_RDONLY | O_DIRECTORY);
    if (!parent || is_needed(path, places)) continue;
    const UniqueFd file(::openat(parent->get(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file) remove_one(parent->get(), place.name, file.get());
  }
}

}  // namespace skillrun::inline v0
