#include "run/skill_signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "run/terminal.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

struct RunControl::State {
  Cancellation cancellation;
  std::atomic<bool> skill_runs{false};
  UniqueFd read_end;
  UniqueFd write_end;
};

RunControl::RunControl() : state_(std::make_unique<State>()) {
  std::array<int, 2> ends{};
  // As with Cancellation: a control that cannot be heard would be worse than none.
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  state_->read_end = UniqueFd(ends[0]);
  state_->write_end = UniqueFd(ends[1]);
}

RunControl::~RunControl() = default;

void RunControl::cancel() noexcept { state_->cancellation.cancel(); }

const Cancellation& RunControl::cancellation() const noexcept { return state_->cancellation; }

int RunControl::signal_fd() const noexcept { return state_->read_end.get(); }

void RunControl::signal(int number) noexcept {
  const int saved = errno;
  if (!state_->skill_runs.load()) {
    // Nothing but this program is there to be stopped.
    if (number == SIGTSTP) stop_until_continued(Stopped::program);
    if (number != SIGWINCH && number != SIGTSTP) state_->cancellation.cancel();
    errno = saved;
    return;
  }
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe holds thousands of signals already; one more changes nothing.
  [[maybe_unused]] const auto written = ::write(state_->write_end.get(), &byte, 1);
  errno = saved;
}

SkillSignals::SkillSignals(RunControl& control) noexcept : control_(control) {
  control_.state_->skill_runs.store(true);
}

SkillSignals::~SkillSignals() {
  control_.state_->skill_runs.store(false);
  while (next()) {
  }
}

std::optional<int> SkillSignals::next() noexcept {
  unsigned char byte = 0;
  if (::read(control_.signal_fd(), &byte, 1) != 1) return std::nullopt;
  return byte;
}

}  // namespace skillrun::inline v0
