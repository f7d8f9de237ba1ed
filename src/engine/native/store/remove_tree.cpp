#include "engine/native/store/remove_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/native/store/store_failure.hpp"
#include "support/remove_deep.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

OpenFolder open_folder(int parent, const char* name) {
  const int folder = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return nullptr;
  OpenFolder opened(::fdopendir(folder));
  if (!opened) ::close(folder);
  return opened;
}

/// Calls `visit(parent, name, status)` for everything in the tree, what is in a folder before the folder. A tree may be
/// deep, but not deeper than a path is long, so there are descriptors enough for one of each level.
template <class Visit>
EngineResult<void> walk_tree(int parent, const std::string& name, const Visit& visit) {
  struct stat status{};
  if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return store_failure(fmt::format("'{}' of the image store", name), errno);
  }
  struct Level {
    OpenFolder folder;
    std::string name;
    struct stat status;
  };
  const dev_t device = status.st_dev;
  std::vector<Level> levels;
  if (!S_ISDIR(status.st_mode)) return visit(parent, name.c_str(), status);
  levels.push_back({open_folder(parent, name.c_str()), name, status});
  while (!levels.empty()) {
    Level& level = levels.back();
    if (!level.folder) return store_failure(fmt::format("'{}' of the image store", level.name), errno);
    const int here = ::dirfd(level.folder.get());
    errno = 0;
    const dirent* const entry = ::readdir(level.folder.get());
    if (entry == nullptr) {
      if (errno != 0) return store_failure(fmt::format("'{}' of the image store", level.name), errno);
      const Level done = std::move(levels.back());
      levels.pop_back();
      const int above = levels.empty() ? parent : ::dirfd(levels.back().folder.get());
      if (auto visited = visit(above, done.name.c_str(), done.status); !visited) return visited;
      continue;
    }
    const std::string_view found = entry->d_name;
    if (found == "." || found == "..") continue;
    if (::fstatat(here, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;
      return store_failure(fmt::format("'{}' of the image store", found), errno);
    }
    if (status.st_dev != device) {
      return failure(EngineError::Kind::refused,
                     fmt::format("'{}' of the image store: another file system is mounted there; unmount it", found));
    }
    if (S_ISDIR(status.st_mode)) {
      std::string child(found);
      OpenFolder folder = open_folder(here, child.c_str());
      levels.push_back({std::move(folder), std::move(child), status});
    } else if (auto visited = visit(here, entry->d_name, status); !visited) {
      return visited;
    }
  }
  return {};
}

}  // namespace

EngineResult<void> remove_tree(int folder, const std::string& name) {
  const std::error_code error = remove_deep(folder, name);
  if (!error) return {};
  if (error == std::errc::cross_device_link) {
    return failure(EngineError::Kind::refused,
                   fmt::format("'{}' of the image store: another file system is mounted there; unmount it", name));
  }
  return store_failure(fmt::format("'{}' of the image store cannot be removed", name), error.value());
}

EngineResult<std::uint64_t> tree_bytes(int folder, const std::string& name) {
  std::uint64_t bytes = 0;
  std::set<std::pair<dev_t, ino_t>> linked;
  auto walked = walk_tree(folder, name, [&](int, const char*, const struct stat& status) -> EngineResult<void> {
    constexpr std::uint64_t block = 512;
    const bool again =
        !S_ISDIR(status.st_mode) && status.st_nlink > 1 && !linked.emplace(status.st_dev, status.st_ino).second;
    if (!again) bytes += static_cast<std::uint64_t>(status.st_blocks) * block;
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  return bytes;
}

}  // namespace skillrun::inline v0
