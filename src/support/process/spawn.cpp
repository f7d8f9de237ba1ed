#include "support/process/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

namespace skillrun {

namespace {

ProcessError system_error(ProcessError::Kind kind, const std::string& what, int error) {
  return {kind, fmt::format("{}: {}", what, std::strerror(error))};
}

struct FileActions {
  FileActions() { posix_spawn_file_actions_init(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&value); }

  int give(int fd, int number, int flags) {
    if (fd < 0) return posix_spawn_file_actions_addopen(&value, number, "/dev/null", flags, 0);
    return posix_spawn_file_actions_adddup2(&value, fd, number);
  }

  posix_spawn_file_actions_t value;
};

struct Attributes {
  explicit Attributes(bool own_group) {
    posix_spawnattr_init(&value);
    sigset_t all;
    sigfillset(&all);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&value, &all);
    posix_spawnattr_setsigmask(&value, &none);
    int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (own_group) {
      posix_spawnattr_setpgroup(&value, 0);
      flags |= POSIX_SPAWN_SETPGROUP;
    }
    posix_spawnattr_setflags(&value, static_cast<short>(flags));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&value); }

  posix_spawnattr_t value;
};

bool holds_nul(const std::string& word) { return word.find('\0') != std::string::npos; }

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

std::expected<Process, ProcessError> spawn(const ProcessRequest& request) {
  if (std::ranges::any_of(request.arguments, holds_nul) || std::ranges::any_of(request.environment, holds_nul)) {
    return std::unexpected(ProcessError{ProcessError::Kind::unfit, "a word for a program holds a NUL byte"});
  }
  std::vector<std::string> words{request.program};
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  std::vector<std::string> variables = request.environment;

  FileActions actions;
  int failed = actions.give(request.input, 0, O_RDONLY);
  if (failed == 0) failed = actions.give(request.output, 1, O_WRONLY);
  if (failed == 0) failed = actions.give(request.error, 2, O_WRONLY);
  if (failed == 0 && request.extra >= 0) failed = actions.give(request.extra, extra_descriptor, 0);
  if (failed == 0 && !request.directory.empty()) {
    failed = posix_spawn_file_actions_addchdir_np(&actions.value, request.directory.c_str());
  }
  const int first_closed = request.extra >= 0 ? extra_descriptor + 1 : extra_descriptor;
  if (failed == 0) failed = posix_spawn_file_actions_addclosefrom_np(&actions.value, first_closed);
  const Attributes attributes(request.own_group);
  pid_t pid = -1;
  if (failed == 0) {
    failed = ::posix_spawn(&pid, request.program.c_str(), &actions.value, &attributes.value, pointers(words).data(),
                           pointers(variables).data());
  }
  if (failed != 0) {
    const auto kind = failed == EACCES   ? ProcessError::Kind::permission_denied
                      : failed == ENOENT ? ProcessError::Kind::not_found
                                         : ProcessError::Kind::system;
    return std::unexpected(system_error(kind, request.program + " can not be executed", failed));
  }
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    const int error = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return std::unexpected(system_error(ProcessError::Kind::system, "a child process can not be watched", error));
  }
  return Process(pid, std::move(pidfd), request.own_group);
}

}  // namespace skillrun
