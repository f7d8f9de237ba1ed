#include "engine/native/store/store_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/native/store/store_failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace fs = std::filesystem;

namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// Nobody else may look in: layers hold programs that run as root for whoever reaches them.
constexpr mode_t folder_mode = 0700;

struct Part {
  const char* name;
  UniqueFd StoreFolder::* member;
};

constexpr std::array<Part, 7> parts = {{{"blobs/sha256", &StoreFolder::blobs},
                                        {"layers", &StoreFolder::layers},
                                        {"images", &StoreFolder::images},
                                        {"names", &StoreFolder::names},
                                        {"leases", &StoreFolder::leases},
                                        {"locks", &StoreFolder::locks},
                                        {"tmp", &StoreFolder::temporary}}};

EngineResult<void> check_owner(int folder, const fs::path& path) {
  struct stat status{};
  if (::fstat(folder, &status) != 0) return store_failure(fmt::format("image store '{}'", path.string()), errno);
  if (status.st_uid == ::geteuid() && (status.st_mode & 022) == 0) return {};
  return failure(EngineError::Kind::permission_denied,
                 fmt::format("image store '{}' can be changed by others (owner {}, mode {:04o}): it must belong to the "
                             "user who runs skillrun and be writable by nobody else",
                             printable(path.string()), status.st_uid, status.st_mode & 07777));
}

EngineResult<UniqueFd> open_part(int root, const fs::path& path, const char* name) {
  UniqueFd part(::openat(root, name, folder_flags));
  if (!part) return store_failure(fmt::format("image store '{}/{}'", printable(path.string()), name), errno);
  if (auto checked = check_owner(part.get(), path / name); !checked) return std::unexpected(checked.error());
  return part;
}

EngineResult<StoreFolder> open_parts(UniqueFd root, const fs::path& path) {
  StoreFolder store;
  store.path = path;
  store.root = std::move(root);
  if (auto checked = check_owner(store.root.get(), path); !checked) return std::unexpected(checked.error());
  for (const Part& part : parts) {
    auto opened = open_part(store.root.get(), path, part.name);
    if (!opened) return std::unexpected(opened.error());
    store.*part.member = std::move(*opened);
  }
  return store;
}

EngineResult<void> check_place(const StorePlace& place) {
  if (place.root.is_absolute()) return {};
  if (!place.root.empty()) {
    return failure(EngineError::Kind::unsupported,
                   fmt::format("image store '{}': expected an absolute path", printable(place.root.string())));
  }
  return failure(EngineError::Kind::unsupported,
                 "there is no place for images: neither XDG_DATA_HOME nor HOME is an absolute path");
}

}  // namespace

EngineResult<std::optional<StoreFolder>> StoreFolder::open(const StorePlace& place) {
  if (auto checked = check_place(place); !checked) return std::unexpected(checked.error());
  UniqueFd root(::open(place.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!root) return store_failure(fmt::format("image store '{}'", printable(place.root.string())), errno);
  // The last folder that make() makes: without it nothing was ever stored.
  if (::faccessat(root.get(), parts.back().name, F_OK, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  auto store = open_parts(std::move(root), place.root);
  if (!store) return std::unexpected(store.error());
  return std::optional(std::move(*store));
}

EngineResult<StoreFolder> StoreFolder::make(const StorePlace& place) {
  if (auto checked = check_place(place); !checked) return std::unexpected(checked.error());
  const std::string shown = printable(place.root.string());
  std::error_code error;
  fs::create_directories(place.root.parent_path(), error);
  if (error) return store_failure(fmt::format("image store '{}' cannot be made", shown), error.value());
  if (::mkdir(place.root.c_str(), folder_mode) != 0 && errno != EEXIST) {
    return store_failure(fmt::format("image store '{}' cannot be made", shown), errno);
  }
  UniqueFd root(::open(place.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return store_failure(fmt::format("image store '{}'", shown), errno);
  if (auto checked = check_owner(root.get(), place.root); !checked) return std::unexpected(checked.error());
  for (const char* name : {"blobs", "blobs/sha256", "layers", "images", "names", "leases", "locks", "tmp"}) {
    if (::mkdirat(root.get(), name, folder_mode) != 0 && errno != EEXIST) {
      return store_failure(fmt::format("image store '{}/{}' cannot be made", shown, name), errno);
    }
  }
  return open_parts(std::move(root), place.root);
}

EngineResult<FileLock> StoreFolder::lock_content(LockMode mode, const CallWatch& watch) const {
  return FileLock::wait(locks.get(), "content", mode, watch);
}

EngineResult<FileLock> StoreFolder::lock_records(const CallWatch& watch) const {
  return FileLock::wait(locks.get(), "records", LockMode::exclusive, watch);
}

EngineResult<void> sync_folder(int folder) {
  if (::fsync(folder) != 0) return store_failure("a folder of the image store cannot be synchronised", errno);
  return {};
}

EngineResult<std::vector<std::string>> names_in_folder(int folder) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const stream = copy < 0 ? nullptr : ::fdopendir(copy);
  if (stream == nullptr) {
    const int error = errno;
    if (copy >= 0) ::close(copy);
    return store_failure("a folder of the image store cannot be read", error);
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int error = errno;
  ::closedir(stream);
  if (error != 0) return store_failure("a folder of the image store cannot be read", error);
  std::ranges::sort(names);
  return names;
}

}  // namespace skillrun::inline v0
