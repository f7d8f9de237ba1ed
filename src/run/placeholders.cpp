#include "run/placeholders.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "spec/finding_at.hpp"
#include "support/open_path.hpp"
#include "support/placeholder.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr int attempts = 16;

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

/// The file or folder under a lock that keeps other runs from taking it away.
std::expected<UniqueFd, std::error_code> hold(int parent, const char* name, bool folder) {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (const std::error_code error = make_one(parent, name, folder)) return std::unexpected(error);
    UniqueFd file(::openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno != ENOENT) return std::unexpected(last_error());
    if (file && ::flock(file.get(), LOCK_SH) == 0 && is_at(parent, name, file.get())) return file;
  }
  return std::unexpected(std::make_error_code(std::errc::resource_unavailable_try_again));
}

Finding not_made(const ContainerSpec& spec, const Setting<Mount>& mount, const std::error_code& error) {
  return finding_at(spec, mount.origin, "protected-file", Severity::error,
                    fmt::format("'{}' is not there and can not be kept from the skill: {}",
                                printable(mount.value.source), error.message()),
                    "mount the folder read-only, or one that you can write to yourself");
}

}  // namespace

std::expected<Placeholders, Findings> Placeholders::make(const ContainerSpec& approved) {
  Placeholders made;
  Findings findings;
  for (const Setting<Mount>& mount : approved.mounts) {
    if (mount.origin.kind != OriginKind::policy_default || mount.value.type != MountType::bind) continue;
    const std::string& source = mount.value.source;
    const std::size_t slash = source.rfind('/');
    auto parent = open_without_links(slash == 0 ? "/" : source.substr(0, slash), O_RDONLY | O_DIRECTORY);
    if (!parent) {
      findings.push_back(not_made(approved, mount, parent.error()));
      continue;
    }
    const std::string name = source.substr(slash + 1);
    struct stat status{};
    const bool there = ::fstatat(parent->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && !is_placeholder(status)) continue;
    auto file = hold(parent->get(), name.c_str(), mount.origin.text.ends_with('/'));
    if (file) {
      made.held_.push_back({.parent = std::move(*parent), .name = name, .file = std::move(*file)});
    } else {
      findings.push_back(not_made(approved, mount, file.error()));
    }
  }
  if (!findings.empty()) return std::unexpected(std::move(findings));
  return made;
}

Placeholders& Placeholders::operator=(Placeholders&& other) noexcept {
  if (this != &other) {
    remove();
    held_ = std::exchange(other.held_, {});
  }
  return *this;
}

void Placeholders::remove() {
  for (const Held& held : held_) {
    struct stat status{};
    // Whoever wrote something into it made it their own.
    if (::flock(held.file.get(), LOCK_EX | LOCK_NB) != 0 || ::fstat(held.file.get(), &status) != 0 ||
        !is_placeholder(status) || !is_at(held.parent.get(), held.name.c_str(), held.file.get())) {
      continue;
    }
    ::unlinkat(held.parent.get(), held.name.c_str(), S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
  }
  held_.clear();
}

}  // namespace skillrun
