#include "run/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

namespace skillrun {

namespace {

/// Changing a terminal's settings from a background group would stop the program with SIGTTOU.
void set_attributes(int fd, const termios& settings) noexcept {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  tcsetattr(fd, TCSADRAIN, &settings);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

TerminalGuard::TerminalGuard(int fd) noexcept : fd_(fd) {
  termios settings{};
  if (fd >= 0 && tcgetattr(fd, &settings) == 0) before_ = settings;
}

TerminalGuard::~TerminalGuard() {
  if (before_) set_attributes(fd_, *before_);
}

void TerminalGuard::make_raw() noexcept {
  if (!before_) return;
  termios raw = *before_;
  cfmakeraw(&raw);
  set_attributes(fd_, raw);
  raw_ = true;
}

void TerminalGuard::stop_program() noexcept {
  if (raw_) set_attributes(fd_, *before_);
  ::raise(SIGSTOP);
  if (raw_) make_raw();
}

std::optional<WindowSize> window_size(int fd) noexcept {
  winsize size{};
  if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return std::nullopt;
  return WindowSize{size.ws_row, size.ws_col};
}

}  // namespace skillrun
