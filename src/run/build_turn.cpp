#include "run/build_turn.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>

#include "engine/log.hpp"
#include "run/retry.hpp"
#include "run/state_folders.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::chrono::milliseconds pause{50};
/// Digits of a digest that choose its lock; so many that two recipes share one by chance only, which costs a wait.
constexpr std::size_t digits = 15;

UniqueFd open_locks() {
  for (const std::string& place : own_state_places("builds")) {
    const auto folder = make_private_folder(place);
    if (!folder) continue;
    UniqueFd file(::openat(folder->get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file) return file;
  }
  return {};
}

/// One file holds the locks of all recipes, each of them one byte of a range: there are no files to clean up.
struct flock lock_of(const std::string& recipe_digest) {
  std::int64_t place = 0;
  (void)std::from_chars(recipe_digest.data(), recipe_digest.data() + digits, place, 16);
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = place;
  lock.l_len = 1;
  return lock;
}

}  // namespace

EngineResult<BuildTurn> BuildTurn::take(const std::string& recipe_digest, const std::function<void()>& waiting,
                                        CallLimits limits) {
  BuildTurn turn;
  UniqueFd file = open_locks();
  if (!file || recipe_digest.size() < digits) return turn;
  const auto end = std::chrono::steady_clock::now() + limits.deadline;
  struct flock lock = lock_of(recipe_digest);
  while (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      log::info("builds cannot take turns: the file system has no locks");
      return turn;
    }
    if (!turn.waited_ && waiting) waiting();
    turn.waited_ = true;
    if (!pause_unless_cancelled(pause, limits.cancellation)) {
      return std::unexpected(EngineError{EngineError::Kind::cancelled, "cancelled"});
    }
    if (std::chrono::steady_clock::now() > end) {
      return std::unexpected(
          EngineError{EngineError::Kind::deadline, "another skillrun did not finish building the same image in time"});
    }
  }
  turn.lock_ = std::move(file);
  return turn;
}

}  // namespace skillrun::inline v0
