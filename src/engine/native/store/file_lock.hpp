#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/native/store/call_watch.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

enum class LockMode : std::uint8_t { shared, exclusive };

/// A lock between processes (flock) on a file or folder, held until this is destroyed. The kernel drops it with the
/// process however that ends: a lock that is held says that its owner lives.
class FileLock {
 public:
  FileLock() = default;

  /// Waits for the lock on the file `name` of a folder, which is made where it is missing.
  [[nodiscard]] static EngineResult<FileLock> wait(int folder, const std::string& name, LockMode mode,
                                                   const CallWatch& watch);
  /// The lock on what is open as `file`; nothing while somebody else's stands against it.
  [[nodiscard]] static EngineResult<std::optional<FileLock>> attempt(UniqueFd file, LockMode mode);

  /// What is locked, open.
  [[nodiscard]] int descriptor() const noexcept { return file_.get(); }

 private:
  explicit FileLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

/// Opens the file to lock, made where it is missing.
[[nodiscard]] EngineResult<UniqueFd> open_lock_file(int folder, const std::string& name);

}  // namespace skillrun::inline v0
