#include "engine/cli/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun {

namespace {

/// Descriptors of pipes stay above this, so that giving them to a child never overwrites one that is still needed.
constexpr int lowest_own_descriptor = 10;

EngineError system_error(EngineError::Kind kind, const std::string& what, int error) {
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

UniqueFd raised(int fd) {
  UniqueFd original(fd);
  if (fd >= lowest_own_descriptor) return original;
  return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, lowest_own_descriptor));
}

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

Process::Process(int pid, UniqueFd pidfd, bool own_group) noexcept
    : pid_(pid), pidfd_(std::move(pidfd)), own_group_(own_group) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      own_group_(other.own_group_),
      status_(other.status_) {}

Process::~Process() {
  if (pid_ > 0 && !status_) terminate(std::chrono::milliseconds{0});
}

void Process::send(int signal) const noexcept {
  // The process is not reaped yet, so its number can not have been given to another one.
  if (pid_ > 0 && !status_) ::kill(own_group_ ? -pid_ : pid_, signal);
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

EngineResult<Process> spawn(const ProcessRequest& request) {
  if (std::ranges::any_of(request.arguments, holds_nul) || std::ranges::any_of(request.environment, holds_nul)) {
    return std::unexpected(EngineError{EngineError::Kind::unsupported, "a word for a program holds a NUL byte"});
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
    const auto kind = failed == EACCES   ? EngineError::Kind::permission_denied
                      : failed == ENOENT ? EngineError::Kind::not_found
                                         : EngineError::Kind::server;
    return std::unexpected(system_error(kind, request.program + " can not be executed", failed));
  }
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    const int error = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return std::unexpected(system_error(EngineError::Kind::server, "a child process can not be watched", error));
  }
  return Process(pid, std::move(pidfd), request.own_group);
}

EngineResult<std::pair<UniqueFd, UniqueFd>> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return std::unexpected(system_error(EngineError::Kind::server, "a pipe can not be made", errno));
  }
  UniqueFd read_end = raised(ends[0]);
  UniqueFd write_end = raised(ends[1]);
  if (!read_end || !write_end) {
    return std::unexpected(system_error(EngineError::Kind::server, "a pipe can not be made", errno));
  }
  // A larger pipe saves turns between the processes; where it is not allowed the usual size does.
  static_cast<void>(::fcntl(write_end.get(), F_SETPIPE_SZ, 1 << 20));
  return std::pair{std::move(read_end), std::move(write_end)};
}

void set_nonblocking(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0) ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

std::optional<std::string> find_program(const std::string& name, std::string_view path) {
  const auto runnable = [](const std::string& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(file.c_str(), X_OK) == 0;
  };
  if (name.empty() || holds_nul(name)) return std::nullopt;
  if (name.find('/') != std::string::npos) {
    return runnable(name) ? std::optional(name) : std::nullopt;
  }
  for (const std::string_view folder : split(path, ':')) {
    if (!folder.starts_with('/')) continue;
    std::string candidate = fmt::format("{}/{}", folder, name);
    if (runnable(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace skillrun
