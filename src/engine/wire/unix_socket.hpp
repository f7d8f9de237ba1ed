#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <skillrun/engine.hpp>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// A CallLimits whose clock runs.
class Deadline {
 public:
  explicit Deadline(CallLimits limits)
      : allowed_(limits.deadline),
        end_(std::chrono::steady_clock::now() + limits.deadline),
        cancellation_(limits.cancellation) {}

  /// Waits until one of `events` (of poll) or an error or hang-up is there; what is there.
  [[nodiscard]] EngineResult<short> wait(int fd, short events) const;

  /// Does nothing for `time`, or fails when there is not that much left or the call is cancelled.
  [[nodiscard]] EngineResult<void> pause(std::chrono::milliseconds time) const;

 private:
  [[nodiscard]] EngineResult<short> poll_once(int fd, short events, std::chrono::milliseconds longest) const;

  std::chrono::milliseconds allowed_;
  std::chrono::steady_clock::time_point end_;
  const Cancellation* cancellation_;
};

/// Connects to the socket at `path`. The descriptor is non-blocking and close-on-exec.
[[nodiscard]] EngineResult<UniqueFd> connect_unix(const std::string& path, const Deadline& deadline);

/// Sends all of `bytes`; an engine that closed the connection is kind unavailable.
[[nodiscard]] EngineResult<void> send_all(int fd, std::string_view bytes, const Deadline& deadline);

}  // namespace skillrun::inline v0
