#include "engine/native/store/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "engine/native/store/store_failure.hpp"

namespace skillrun::inline v0 {

namespace {

/// Whoever removes a lock's file does so while it holds the lock: one that was opened before is then nobody's.
bool is_still(int folder, const std::string& name, int file) {
  struct stat named{};
  struct stat locked{};
  return ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(file, &locked) == 0 &&
         named.st_dev == locked.st_dev && named.st_ino == locked.st_ino;
}

}  // namespace

EngineResult<UniqueFd> open_lock_file(int folder, const std::string& name) {
  UniqueFd file(::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return store_failure(fmt::format("the image store's lock '{}' cannot be opened", name), errno);
  return file;
}

EngineResult<std::optional<FileLock>> FileLock::attempt(UniqueFd file, LockMode mode) {
  while (::flock(file.get(), (mode == LockMode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return std::nullopt;
    return store_failure("the image store cannot be locked", errno);
  }
  return FileLock(std::move(file));
}

// flock() knows neither a deadline nor a descriptor to wait for beside it.
EngineResult<FileLock> FileLock::wait(int folder, const std::string& name, LockMode mode, const CallWatch& watch) {
  std::chrono::milliseconds pause{1};
  while (true) {
    auto file = open_lock_file(folder, name);
    if (!file) return std::unexpected(file.error());
    auto lock = attempt(std::move(*file), mode);
    if (!lock) return std::unexpected(lock.error());
    if (*lock && is_still(folder, name, (*lock)->descriptor())) return std::move(**lock);
    if (auto checked = watch.check(); !checked) return std::unexpected(checked.error());
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::milliseconds{50});
  }
}

}  // namespace skillrun::inline v0
