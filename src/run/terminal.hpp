#pragma once

#include <termios.h>

#include <optional>

namespace skillrun {

/// Keeps a terminal's settings and gives them back when it goes, whatever happened in between.
class TerminalGuard {
 public:
  /// `fd` of -1, or one that is no terminal: does nothing.
  explicit TerminalGuard(int fd) noexcept;
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
  ~TerminalGuard();

  /// Every byte as it is typed, nothing echoed, no signals made of keys.
  void make_raw() noexcept;
  /// Stops this program as Ctrl-Z does, with the terminal as it was before; returns when the program was woken.
  void stop_program() noexcept;

 private:
  int fd_;
  bool raw_ = false;
  std::optional<termios> before_;
};

struct WindowSize {
  int rows = 0;
  int columns = 0;
};

[[nodiscard]] std::optional<WindowSize> window_size(int fd) noexcept;

}  // namespace skillrun
