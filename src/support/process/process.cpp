#include "support/process/process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

namespace skillrun::inline v0 {

namespace {

bool poll_readable(int fd, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd entry{fd, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

Process::Process(int pid, UniqueFd pidfd) noexcept : pid_(pid), pidfd_(std::move(pidfd)) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), status_(other.status_) {}

Process::~Process() {
  if (pid_ > 0 && !status_) terminate(std::chrono::milliseconds{0});
}

void Process::send(int signal) const noexcept {
  // The process is not reaped yet, so its number cannot have been given to another one.
  if (pid_ > 0 && !status_) ::kill(-pid_, signal);
}

std::optional<int> Process::wait(std::chrono::milliseconds patience) {
  if (status_) return status_;
  if (!poll_readable(pidfd_.get(), patience)) return std::nullopt;
  siginfo_t info{};
  int result = 0;
  do {
    result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
  } while (result < 0 && errno == EINTR);
  // A program that ignores SIGCHLD loses the status; 255 is then as near as one can say "not success".
  status_ = result < 0 ? 255 : (info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
  return status_;
}

void Process::terminate(std::chrono::milliseconds patience) {
  if (patience.count() > 0) {
    send(SIGTERM);
    if (wait(patience)) return;
  }
  send(SIGKILL);
  static_cast<void>(wait(std::chrono::seconds{5}));
}

}  // namespace skillrun::inline v0
