// The faults of Boost.Process 1.81 that docs/decisions/0003-subprocesses.md names: each is shown on Boost's own
// launcher and is not there in ProgramLauncher. When a newer Boost fails here, the part of ProgramLauncher that stands
// in for it can go.
#include "support/process/launcher.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/version.hpp>

#include "support/process/initializers.hpp"
#include "unit/process/children.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun {

namespace {

namespace v2 = boost::process::v2;

// A sanitizer has exit handlers and a fork of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
constexpr bool shows_faults = BOOST_VERSION / 100 == 1081 && !sanitized;

using Words = std::vector<std::string>;

/// What a start came to: an error, or the status that waitpid gave.
struct Start {
  v2::error_code error;
  int status = -1;
  bool zombie = false;  ///< beside an error
};

bool was_left_behind(pid_t child) { return child > 0 && ::waitpid(child, nullptr, 0) == child; }

/// Boost's default launcher, as its documentation has it used.
struct BoostsOwn {
  template <class... Initializers>
  Start operator()(const std::string& program, const Words& words, Initializers&&... initializers) const {
    std::fflush(stdout);  // a failed execution would say it twice
    boost::asio::io_context context;
    Start start;
    v2::posix::default_launcher launcher;
    auto process = launcher(context.get_executor(), start.error, v2::filesystem::path(program), words, initializers...);
    if (start.error) {
      start.zombie = was_left_behind(launcher.pid);
    } else {
      process.wait();
      start.status = process.native_exit_code();
    }
    return start;
  }
};

struct Ours {
  template <class... Initializers>
  Start operator()(const std::string& program, const Words& words, Initializers&&... initializers) const {
    Start start;
    ProgramLauncher launcher;
    const pid_t pid = launcher(start.error, program, words, initializers...);
    if (start.error) {
      start.zombie = was_left_behind(launcher.pid);
    } else {
      ::waitpid(pid, &start.status, 0);
    }
    return start;
  }
};

/// Memory that a forked child shares with this process.
int& shared_count() {
  static void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *static_cast<int*>(page);
}

std::set<int> inheritable_descriptors() {
  std::set<int> found;
  for (int fd = 0; fd < 256; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) found.insert(fd);
  }
  return found;
}

/// Looks at this process at the last moment before the child is made.
struct Inheritable {
  std::set<int>& found;
  template <class Launcher>
  v2::error_code on_setup(Launcher& /*launcher*/, const v2::filesystem::path& /*program*/,
                          const char* const* /*words*/) const {
    found = inheritable_descriptors();
    return {};
  }
};

/// Lets the child fail where a signal could still run a handler of this process in it.
struct NoneReachesMe {
  template <class Launcher>
  v2::error_code on_exec_setup(Launcher& /*launcher*/, const v2::filesystem::path& /*program*/,
                               const char* const* /*words*/) const {
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGWINCH, SIGUSR1}) {
      if (sigismember(&blocked, signal) == 0) return launching::system_failure(EPROTO);
    }
    return {};
  }
};

/// From zero, each that runs this process's exit handlers.
void count_exits() {
  static const bool registered = std::atexit([] { ++shared_count(); }) == 0;
  REQUIRE(registered);
  shared_count() = 0;
}

template <class Launch>
int exit_handlers_run(const Launch& launch) {
  count_exits();
  CHECK(launch("/nonexistent/tool", Words{}).error.value() == ENOENT);
  return shared_count();
}

template <class Launch>
std::uintmax_t written_with_a_failed_execution(const Launch& launch) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/out";
  std::FILE* file = std::fopen(path.c_str(), "we");
  REQUIRE(file != nullptr);
  std::fputs("once", file);
  CHECK(launch("/nonexistent/tool", Words{}).error.value() == ENOENT);
  std::fclose(file);
  return std::filesystem::file_size(path);
}

template <class Launch>
bool another_child_could_inherit(const Launch& launch) {
  const std::set<int> before = inheritable_descriptors();
  std::set<int> meanwhile;
  CHECK(launch("/bin/true", Words{}, Inheritable{meanwhile}).status == 0);
  return meanwhile != before;
}

template <class Launch>
bool passes_on_a_low_descriptor(const Launch& launch) {
  const UniqueFd leak(::open("/dev/null", O_RDONLY));  // on purpose without close-on-exec
  return launch("/bin/sh", Words{"-c", "test -e /proc/$$/fd/" + std::to_string(leak.get())}).status == 0;
}

template <class Launch, class... Initializers>
bool passes_on_an_ignored_signal(const Launch& launch, Initializers... initializers) {
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGUSR1, &ignore, &before);
  const Start start = launch("/bin/sh", Words{"-c", "kill -USR1 $$"}, initializers...);
  ::sigaction(SIGUSR1, &before, nullptr);
  return start.status == 0;
}

template <class Launch, class... Initializers>
bool leads_a_group(const Launch& launch, Initializers... initializers) {
  const std::string compare = "read -r pid name state parent group rest </proc/self/stat; test $pid = $group";
  return launch("/bin/sh", Words{"-c", compare}, initializers...).status == 0;
}

int& fork_count() {
  static int count = 0;
  static const bool registered = ::pthread_atfork([] { ++fork_count(); }, nullptr, nullptr) == 0;
  REQUIRE(registered);
  return count;
}

template <class Launch>
int forks(const Launch& launch) {
  fork_count() = 0;
  CHECK(launch("/bin/true", Words{}).status == 0);
  return fork_count();
}

template <class Handle>
concept Pollable = requires(Handle& handle) { handle.native_handle(); };

}  // namespace

TEST_CASE("a failed execution runs no exit handler of this process") {
  CHECK(exit_handlers_run(Ours{}) == 0);
  if (shows_faults) CHECK(exit_handlers_run(BoostsOwn{}) == 1);
}

TEST_CASE("a failed execution does not write what waits in this process's stdio") {
  CHECK(written_with_a_failed_execution(Ours{}) == 4);
  if (shows_faults) CHECK(written_with_a_failed_execution(BoostsOwn{}) == 8);
}

TEST_CASE("a failed execution leaves no zombie") {
  CHECK(!Ours{}("/nonexistent/tool", Words{}).zombie);
  if (shows_faults) CHECK(BoostsOwn{}("/nonexistent/tool", Words{}).zombie);
}

TEST_CASE("the pipe of a start is close-on-exec from its birth, so that no other child inherits it") {
  CHECK(!another_child_could_inherit(Ours{}));
  if (shows_faults) CHECK(another_child_could_inherit(BoostsOwn{}));
}

TEST_CASE("a descriptor below the pipe's is closed too") {
  CHECK(!passes_on_a_low_descriptor(Ours{}));
  if (shows_faults) CHECK(passes_on_a_low_descriptor(BoostsOwn{}));
}

TEST_CASE("an initializer takes ignored signals away") {
  CHECK(!passes_on_an_ignored_signal(Ours{}, initializers::FreshSignals{}));
  if (shows_faults) CHECK(passes_on_an_ignored_signal(BoostsOwn{}));
}

TEST_CASE("an initializer makes a process group") {
  CHECK(leads_a_group(Ours{}, initializers::ProcessGroup{}));
  if (shows_faults) CHECK(!leads_a_group(BoostsOwn{}));
}

TEST_CASE("a start copies no page tables and runs no fork handler") {
  if (!sanitized) CHECK(forks(Ours{}) == 0);
  if (shows_faults) CHECK(forks(BoostsOwn{}) == 1);
}

TEST_CASE("no handler of this process can run in a child before it has let go of them") {
  CHECK(Ours{}("/bin/true", Words{}, NoneReachesMe{}).status == 0);
  if (shows_faults) CHECK(BoostsOwn{}("/bin/true", Words{}, NoneReachesMe{}).error.value() != 0);
}

TEST_CASE("an error of an initializer in the child is the error of the start") {
  CHECK(Ours{}("/bin/true", Words{}, v2::process_start_dir("/nonexistent")).error.value() == ENOENT);
}

TEST_CASE("Boost's process cannot be polled, and costs four descriptors where ours is one") {
  if (!shows_faults) return;
  CHECK(!Pollable<v2::process_handle>);
  const int before = test::open_descriptors();
  boost::asio::io_context context;
  v2::error_code error;
  const auto process =
      v2::posix::default_launcher()(context.get_executor(), error, v2::filesystem::path("/bin/true"), Words{});
  CHECK(!error);
  CHECK(test::open_descriptors() == before + 4);
}

}  // namespace skillrun
