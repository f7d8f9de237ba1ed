#pragma once

#include <chrono>
#include <optional>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// A child process that leads a group. Destroying one that still runs kills it (with its group) and reaps it.
class Process {
 public:
  Process(int pid, UniqueFd pidfd) noexcept;
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// Readable once the process has ended.
  [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }
  void send(int signal) const noexcept;
  /// Waits for its end: the exit status, or 128+N after signal N. Nothing when it did not end in time.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);
  /// Asks it to end, then makes it.
  void terminate(std::chrono::milliseconds patience);

 private:
  int pid_;
  UniqueFd pidfd_;
  std::optional<int> status_;
};

}  // namespace skillrun::inline v0
