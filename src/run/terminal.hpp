#pragma once

#include <termios.h>

#include <cstdint>
#include <optional>

#include <skillrun/containers.hpp>

namespace skillrun::inline v0 {

/// What stands still when this program does.
enum class Stopped : std::uint8_t {
  program,  ///< it alone
  job,      ///< with all that the shell counts to its job, as the terminal does it: a script that waits for it, too
};

/// Stops, and returns once somebody has continued it. Where nobody could, because no shell of this terminal watches
/// over the job, nothing happens. For signal handlers, too.
void stop_until_continued(Stopped who) noexcept;

/// Keeps a terminal's settings and gives them back when it goes, whatever happened in between. Does nothing to the
/// terminal of another job's foreground: there the shell has put everything in order, and will again.
class TerminalGuard {
 public:
  /// `fd` of -1, or one that is not a terminal: does nothing.
  explicit TerminalGuard(int fd) noexcept;
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
  ~TerminalGuard();

  /// Every byte as it is typed, nothing echoed, no signals made of keys; from the foreground, now or later.
  void make_raw() noexcept;
  /// To be called now and then: the program may have come to the foreground.
  void look_again() noexcept {
    if (wanted_ && !raw_) make_raw();
  }
  /// Stops with the terminal as it was before, and makes it raw again once the program is woken.
  void stop(Stopped who) noexcept;

 private:
  int fd_;
  bool wanted_ = false;
  bool raw_ = false;
  std::optional<termios> before_;
};

/// False when `fd` is the controlling terminal and another job is in its foreground: then the terminal is not this
/// program's to read from or to change, and trying would stop it.
[[nodiscard]] bool may_touch_terminal(int fd) noexcept;

[[nodiscard]] std::optional<TerminalSize> window_size(int fd) noexcept;

}  // namespace skillrun::inline v0
