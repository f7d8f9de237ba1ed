#include "engine/native/store/store_temporary.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/log.hpp"
#include "engine/native/store/remove_tree.hpp"
#include "engine/native/store/store_failure.hpp"
#include "support/write_all.hpp"

namespace skillrun::inline v0 {

namespace {

/// Held while temporary folders are made and cleared: between its creation and its lock a new one would look abandoned.
EngineResult<FileLock> lock_temporaries(const StoreFolder& store, const CallWatch& watch) {
  return FileLock::wait(store.locks.get(), "temporary", LockMode::exclusive, watch);
}

EngineResult<void> clear_unlocked(const StoreFolder& store) {
  const auto names = names_in_folder(store.temporary.get());
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    UniqueFd folder(::openat(store.temporary.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) continue;
    const auto lock = FileLock::attempt(std::move(folder), LockMode::exclusive);
    if (!lock) return std::unexpected(lock.error());
    if (!*lock) continue;
    if (auto removed = remove_tree(store.temporary.get(), name); !removed) {
      log::warn("image store: {}", removed.error().message);
    }
  }
  return {};
}

}  // namespace

EngineResult<void> clear_abandoned(const StoreFolder& store, const CallWatch& watch) {
  const auto lock = lock_temporaries(store, watch);
  if (!lock) return std::unexpected(lock.error());
  return clear_unlocked(store);
}

EngineResult<StoreTemporary> StoreTemporary::make(const StoreFolder& store, const CallWatch& watch) {
  const auto making = lock_temporaries(store, watch);
  if (!making) return std::unexpected(making.error());
  if (auto cleared = clear_unlocked(store); !cleared) return std::unexpected(cleared.error());
  for (std::uint64_t number = 0;; ++number) {
    std::string name = std::to_string(number);
    if (::mkdirat(store.temporary.get(), name.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return store_failure("a temporary folder of the image store cannot be made", errno);
    }
    UniqueFd folder(::openat(store.temporary.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return store_failure("a temporary folder of the image store cannot be opened", errno);
    auto lock = FileLock::attempt(std::move(folder), LockMode::exclusive);
    if (!lock) return std::unexpected(lock.error());
    if (!*lock) return failure(EngineError::Kind::server, "a temporary folder of the image store is locked by others");
    UniqueFd above(::fcntl(store.temporary.get(), F_DUPFD_CLOEXEC, 0));
    if (!above) return store_failure("a temporary folder of the image store cannot be opened", errno);
    std::string path = (store.path / "tmp" / name).string();
    return StoreTemporary(std::move(above), std::move(name), std::move(path), std::move(**lock));
  }
}

StoreTemporary::StoreTemporary(StoreTemporary&& other) noexcept
    : above_(std::move(other.above_)),
      name_(std::move(other.name_)),
      path_(std::move(other.path_)),
      lock_(std::move(other.lock_)),
      names_(other.names_) {}

StoreTemporary::~StoreTemporary() {
  if (!above_) return;
  if (auto removed = remove_tree(above_.get(), name_); !removed) {
    log::warn("image store: {}", removed.error().message);
  }
}

EngineResult<void> put_file(StoreTemporary& temporary, std::string_view text, int folder, const std::string& name) {
  const std::string written = temporary.fresh_name();
  const UniqueFd file(::openat(temporary.folder(), written.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file || !write_all(file.get(), text) || ::fsync(file.get()) != 0 ||
      ::renameat(temporary.folder(), written.c_str(), folder, name.c_str()) != 0) {
    return store_failure("a file of the image store cannot be written", errno);
  }
  return sync_folder(folder);
}

}  // namespace skillrun::inline v0
