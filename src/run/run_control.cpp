#include "run/skill_signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace skillrun {

RunControl::RunControl() {
  std::array<int, 2> ends{};
  // As with Cancellation: a control that cannot be heard would be worse than none.
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  read_fd_ = ends[0];
  write_fd_ = ends[1];
}

RunControl::~RunControl() {
  ::close(read_fd_);
  ::close(write_fd_);
}

void RunControl::signal(int number) noexcept {
  const int saved = errno;
  if (!skill_runs_.load()) {
    // Nothing but this program is there to be stopped.
    if (number == SIGTSTP) ::kill(::getpid(), SIGSTOP);
    if (number != SIGWINCH && number != SIGTSTP) cancellation_.cancel();
    errno = saved;
    return;
  }
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe holds thousands of signals already; one more changes nothing.
  [[maybe_unused]] const auto written = ::write(write_fd_, &byte, 1);
  errno = saved;
}

SkillSignals::SkillSignals(RunControl& control) noexcept : control_(control) { control_.skill_runs_.store(true); }

SkillSignals::~SkillSignals() {
  control_.skill_runs_.store(false);
  while (next()) {
  }
}

std::optional<int> SkillSignals::next() noexcept {
  unsigned char byte = 0;
  if (::read(control_.read_fd_, &byte, 1) != 1) return std::nullopt;
  return byte;
}

}  // namespace skillrun
