#pragma once

#include <termios.h>

#include <optional>

namespace skillrun::inline v0 {

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
  /// Stops this program as Ctrl-Z does, with the terminal as it was before; returns when the program was woken.
  void stop_program() noexcept;

 private:
  int fd_;
  bool wanted_ = false;
  bool raw_ = false;
  std::optional<termios> before_;
};

/// False when `fd` is the controlling terminal and another job is in its foreground: then the terminal is not this
/// program's to read from or to change, and trying would stop it.
[[nodiscard]] bool may_touch_terminal(int fd) noexcept;

struct WindowSize {
  int rows = 0;
  int columns = 0;
};

[[nodiscard]] std::optional<WindowSize> window_size(int fd) noexcept;

}  // namespace skillrun::inline v0
