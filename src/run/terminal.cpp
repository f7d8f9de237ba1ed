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

/// By the signal itself with nobody catching it here, since the system drops it for a job that no shell watches over.
void stop_job() noexcept {
  struct sigaction usual{};
  struct sigaction before{};
  usual.sa_handler = SIG_DFL;
  sigset_t signal;
  sigset_t blocked;
  sigemptyset(&signal);
  sigaddset(&signal, SIGTSTP);
  sigaction(SIGTSTP, &usual, &before);
  pthread_sigmask(SIG_UNBLOCK, &signal, &blocked);
  ::kill(0, SIGTSTP);
  pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  sigaction(SIGTSTP, &before, nullptr);
}

/// What a terminal was opened for, such as `ssh -t HOST skillrun ...`: the one job that it has, without a shell.
bool leads_its_terminal() noexcept {
  if (::getsid(0) != ::getpgrp()) return false;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::tcgetpgrp(fd) == ::getpgrp()) return true;
  }
  return false;
}

}  // namespace

bool may_touch_terminal(int fd) noexcept {
  // Of a terminal that is not the controlling one there is no foreground.
  const pid_t foreground = ::tcgetpgrp(fd);
  return foreground < 0 || foreground == ::getpgrp();
}

void stop_until_continued(Stopped who) noexcept {
  if (who == Stopped::job) return stop_job();
  if (!leads_its_terminal()) ::kill(::getpid(), SIGSTOP);
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

void TerminalGuard::stop(Stopped who) noexcept {
  if (raw_ && may_touch_terminal(fd_)) set_attributes(fd_, *before_);
  raw_ = false;
  stop_until_continued(who);
  look_again();
}

std::optional<TerminalSize> window_size(int fd) noexcept {
  winsize size{};
  if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return std::nullopt;
  return TerminalSize{size.ws_row, size.ws_col};
}

}  // namespace skillrun::inline v0
