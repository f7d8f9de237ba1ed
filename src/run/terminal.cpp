#include "run/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

namespace skillrun::inline v0 {

namespace {

/// Between the look at who is in the foreground and the change, the shell may have moved the program out of it: then
/// SIGTTOU would stop it.
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

bool may_touch_terminal(int fd) noexcept {
  // Of a terminal that is not the controlling one there is no foreground.
  const pid_t foreground = ::tcgetpgrp(fd);
  return foreground < 0 || foreground == ::getpgrp();
}

TerminalGuard::TerminalGuard(int fd) noexcept : fd_(fd) {
  termios settings{};
  if (fd >= 0 && tcgetattr(fd, &settings) == 0) before_ = settings;
}

TerminalGuard::~TerminalGuard() {
  if (before_ && may_touch_terminal(fd_)) set_attributes(fd_, *before_);
}

void TerminalGuard::make_raw() noexcept {
  wanted_ = true;
  if (!before_ || !may_touch_terminal(fd_)) return;
  termios raw = *before_;
  cfmakeraw(&raw);
  set_attributes(fd_, raw);
  raw_ = true;
}

void TerminalGuard::stop_program() noexcept {
  if (raw_ && may_touch_terminal(fd_)) set_attributes(fd_, *before_);
  raw_ = false;
  ::raise(SIGSTOP);
  look_again();
}

std::optional<WindowSize> window_size(int fd) noexcept {
  winsize size{};
  if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return std::nullopt;
  return WindowSize{size.ws_row, size.ws_col};
}

}  // namespace skillrun::inline v0
