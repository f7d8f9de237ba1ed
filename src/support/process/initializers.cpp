#include "support/process/initializers.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "support/process/spawn.hpp"

namespace skillrun::inline v0::initializers {

namespace {

using launching::system_failure;

/// As `number`, without close-on-exec.
error_code give(int fd, int number) noexcept {
  if (fd != number) return ::dup2(fd, number) < 0 ? system_failure(errno) : error_code{};
  return ::fcntl(fd, F_SETFD, 0) < 0 ? system_failure(errno) : error_code{};
}

}  // namespace

Environment::Environment(const std::vector<std::string>& variables) {
  entries_.reserve(variables.size() + 1);
  for (const std::string& variable : variables) entries_.push_back(variable.c_str());
  entries_.push_back(nullptr);
}

error_code Environment::on_setup(ProgramLauncher& launcher, const Path& /*executable*/,
                                 const char* const* /*words*/) noexcept {
  launcher.env = entries_.data();
  return {};
}

error_code Descriptors::on_setup(ProgramLauncher& launcher, const Path& /*executable*/,
                                 const char* const* /*words*/) const noexcept {
  launcher.first_closed = given_[extra_descriptor] >= 0 ? extra_descriptor + 1 : extra_descriptor;
  return {};
}

error_code Descriptors::on_exec_setup(ProgramLauncher& launcher, const Path& /*executable*/,
                                      const char* const* /*words*/) const noexcept {
  for (int number = 0; number < launcher.first_closed; ++number) {
    int fd = given_[static_cast<std::size_t>(number)];
    // Nothing closes it afterwards: it is the number itself, one that is given next, or one that is closed with all.
    if (fd < 0) fd = ::open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    if (fd < 0) return system_failure(errno);
    if (const error_code failure = give(fd, number)) return failure;
  }
  return {};
}

error_code ProcessGroup::on_exec_setup(ProgramLauncher& /*launcher*/, const Path& /*executable*/,
                                       const char* const* /*words*/) const noexcept {
  if (!has_terminal) return ::setpgid(0, 0) < 0 ? system_failure(errno) : error_code{};
  if (::setsid() < 0 || ::ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0) return system_failure(errno);
  return {};
}

error_code StartFolder::on_exec_setup(ProgramLauncher& launcher, const Path& executable, const char* const* words) {
  return start_dir.empty() ? error_code{} : process_start_dir::on_exec_setup(launcher, executable, words);
}

error_code FreshSignals::on_exec_setup(ProgramLauncher& /*launcher*/, const Path& /*executable*/,
                                       const char* const* /*words*/) const noexcept {
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  // Those that cannot be changed say so, and have theirs.
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  return ::sigprocmask(SIG_SETMASK, &none, nullptr) < 0 ? system_failure(errno) : error_code{};
}

}  // namespace skillrun::inline v0::initializers
