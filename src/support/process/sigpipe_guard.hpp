#pragma once

#include <csignal>

namespace skillrun::inline v0 {

/// Keeps this thread from SIGPIPE while it lives: a write to a closed pipe is the error EPIPE, whatever the program
/// has chosen for the signal. One that was pending before stays pending.
class SigpipeGuard {
 public:
  SigpipeGuard() noexcept;
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;
  ~SigpipeGuard();

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace skillrun::inline v0
