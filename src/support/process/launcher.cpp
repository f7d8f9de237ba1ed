#include "support/process/launcher.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <tuple>
#include <utility>

#include "support/process/pipe.hpp"

namespace skillrun::inline v0::launching {

namespace {

/// What shells say of a program that cannot be executed. Nobody sees it: the failure is told by the pipe.
constexpr int not_executed = 127;

/// Every signal, in this thread.
class BlockedSignals {
 public:
  BlockedSignals() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// Parent and child return from vfork on one stack. This frame is all that both use, so it holds nothing that changes.
[[gnu::noinline]] pid_t fork_here(void (*run)(void*), void* context) {
  // The checks want posix_spawn, which takes no initializers. What they warn of is in the contract of start_child.
  const pid_t child = ::vfork();  // NOLINT(bugprone-unsafe-functions, clang-analyzer-security.insecureAPI.vfork)
  if (child == 0) {
    run(context);  // NOLINT(clang-analyzer-unix.Vfork)
    ::_exit(not_executed);
  }
  return child;
}

}  // namespace

pid_t start_child(void (*run)(void*), void* context) {
  const BlockedSignals quiet;
  return fork_here(run, context);
}

error_code keep_alone(int& end, int number) noexcept {
  if (end != number && ::dup3(end, number, O_CLOEXEC) < 0) return system_failure(errno);
  end = number;
  ::closefrom(number + 1);
  return {};
}

void give_up(int end, error_code failure) noexcept {
  const int told = failure.value();
  static_cast<void>(::write(end, &told, sizeof told) == sizeof told);
  ::_exit(not_executed);
}

error_code await_failure(int end) noexcept {
  int told = 0;
  ssize_t got = 0;
  do {
    got = ::read(end, &told, sizeof told);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return system_failure(errno);
  return got == sizeof told ? system_failure(told) : error_code{};
}

void discard(pid_t child) noexcept {
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

error_code FailureReport::open() {
  auto ends = make_small_pipe();
  if (!ends) return system_failure(ends.error());
  std::tie(read_end, write_end) = std::move(*ends);
  return {};
}

}  // namespace skillrun::inline v0::launching
