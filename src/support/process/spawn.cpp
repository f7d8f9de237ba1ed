#include "support/process/spawn.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "support/process/initializers.hpp"
#include "support/process/launcher.hpp"

namespace skillrun::inline v0 {

namespace {

std::unexpected<ProcessError> failed(ProcessError::Kind kind, const std::string& what, int error) {
  return std::unexpected(ProcessError{kind, fmt::format("{}: {}", what, std::strerror(error))});
}

bool holds_nul(const std::string& word) { return word.find('\0') != std::string::npos; }

}  // namespace

std::expected<Process, ProcessError> spawn(const ProcessRequest& request) {
  if (std::ranges::any_of(request.arguments, holds_nul) || std::ranges::any_of(request.environment, holds_nul)) {
    return std::unexpected(ProcessError{ProcessError::Kind::unfit, "an argument for a program holds a NUL byte"});
  }
  boost::process::v2::error_code error;
  const pid_t pid =
      ProgramLauncher()(error, request.program, request.arguments, initializers::Environment(request.environment),
                        initializers::Descriptors(request.input, request.output, request.error, request.extra),
                        initializers::ProcessGroup{request.has_terminal}, initializers::StartFolder(request.directory),
                        initializers::FreshSignals{});
  if (error) {
    const auto kind = error.value() == EACCES   ? ProcessError::Kind::permission_denied
                      : error.value() == ENOENT ? ProcessError::Kind::not_found
                                                : ProcessError::Kind::system;
    return failed(kind, request.program + " cannot be executed", error.value());
  }
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    const int why = errno;
    launching::discard(pid);
    return failed(ProcessError::Kind::system, "a child process cannot be watched", why);
  }
  return Process(pid, std::move(pidfd));
}

}  // namespace skillrun::inline v0
