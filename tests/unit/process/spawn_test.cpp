// What a child is started with and what it leaves behind in this process.
#include "support/process/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "support/process/pseudo_terminal.hpp"
#include "support/process/sigpipe_guard.hpp"
#include "unit/process/children.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun {

namespace {

using namespace std::chrono_literals;
using test::finish;
using test::open_descriptors;
using test::program;
using test::shell;

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

}  // namespace

TEST_CASE("a program that cannot be executed is an error with its reason, and no zombie") {
  const test::TemporaryFolder folder;
  const auto missing = spawn(program("/nonexistent/tool"));
  REQUIRE(!missing);
  CHECK(missing.error().kind == ProcessError::Kind::not_found);
  CHECK(missing.error().message == "/nonexistent/tool cannot be executed: No such file or directory");
  const auto plain = spawn(program(folder.write("plain", "x")));
  REQUIRE(!plain);
  CHECK(plain.error().kind == ProcessError::Kind::permission_denied);
  const auto neither = spawn(program(folder.write("neither", "text", true)));
  REQUIRE(!neither);
  CHECK(neither.error().kind == ProcessError::Kind::system);
  CHECK(neither.error().message.ends_with(": Exec format error"));
  CHECK(!has_children());
}

TEST_CASE("a word with a NUL byte is refused, where exec would cut it") {
  CHECK(!spawn(program("/bin/echo", {std::string("host\0x", 6)})));
  ProcessRequest request = program("/bin/true");
  request.environment.emplace_back("A=1\0B", 5);
  const auto refused = spawn(request);
  REQUIRE(!refused);
  CHECK(refused.error().kind == ProcessError::Kind::unfit);
}

TEST_CASE("a child has no descriptor but those that it is given, whatever their numbers are here") {
  std::vector<UniqueFd> leaks;  // on purpose without close-on-exec
  for (int i = 0; i < 30; ++i) leaks.emplace_back(::open("/dev/null", O_RDONLY));
  ProcessRequest request = shell("ls /proc/$$/fd; cat <&3");
  CHECK(finish(shell("ls /proc/$$/fd")).output == "0\n1\n2\n");
  const test::TemporaryFolder folder;
  const UniqueFd given(::open(folder.write("given", "what was given\n").c_str(), O_RDONLY | O_CLOEXEC));
  request.extra = given.get();
  CHECK(finish(request).output == "0\n1\n2\n3\nwhat was given\n");
}

TEST_CASE("a descriptor that has its number already is given all the same") {
  const int before = ::fcntl(2, F_GETFD);
  ::fcntl(2, F_SETFD, FD_CLOEXEC);
  ProcessRequest request = shell("test -e /proc/$$/fd/2");
  request.error = 2;
  const int status = finish(request).status;
  ::fcntl(2, F_SETFD, before);
  CHECK(status == 0);
}

TEST_CASE("what is not given is /dev/null, to read and to write") {
  ProcessRequest request = shell("cat && echo x >&2 && readlink /proc/$$/fd/0 /proc/$$/fd/2");
  CHECK(finish(request).output == "/dev/null\n/dev/null\n");
}

TEST_CASE("a child has no variable of this process") {
  ::setenv("SKILLRUN_TEST_LEAK", "1", 1);
  const auto outcome = finish(program("/usr/bin/env"));
  ::unsetenv("SKILLRUN_TEST_LEAK");
  CHECK(outcome.output == "PATH=/usr/bin:/bin\n");
}

TEST_CASE("no signal is ignored, handled or blocked in a child") {
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGUSR1, &ignore, &before);
  const SigpipeGuard blocks_sigpipe;
  const auto outcome = finish(program("/bin/grep", {"-E", "Sig(Blk|Ign)", "/proc/self/status"}));
  ::sigaction(SIGUSR1, &before, nullptr);
  CHECK(outcome.output.find("SigBlk:\t0000000000000000") != std::string::npos);
  const std::size_t ignored = outcome.output.find("SigIgn:\t");
  REQUIRE(ignored != std::string::npos);
  // The C library keeps 32 and 33 for itself.
  CHECK((std::stoull(outcome.output.substr(ignored + 8), nullptr, 16) & ~0x180000000ULL) == 0);
}

TEST_CASE("this thread's signals are as they were after a start and after a failed one") {
  sigset_t only_usr1;
  sigemptyset(&only_usr1);
  sigaddset(&only_usr1, SIGUSR1);
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, &only_usr1, &before);
  CHECK(spawn(program("/bin/true")));
  CHECK(!spawn(program("/nonexistent/tool")));
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, &before, &after);
  for (int signal = 1; signal < 32; ++signal) CHECK(sigismember(&after, signal) == (signal == SIGUSR1 ? 1 : 0));
}

TEST_CASE("a child leads a process group of its own") {
  const std::string own =
      finish(shell("echo $$; read -r pid name state parent group rest </proc/self/stat; echo $group")).output;
  CHECK(own.substr(0, own.size() / 2) == own.substr(own.size() / 2));
}

TEST_CASE("a child that is given a terminal works at it: its size, its keys and its end are the child's") {
  auto terminal = make_pseudo_terminal();
  REQUIRE(terminal);
  set_window_size(terminal->theirs.get(), 33, 111);
  ProcessRequest request =
      shell("trap 'exit 7' HUP; trap 'stty size' WINCH; stty size </dev/tty; while :; do sleep 0.02; done");
  request.input = request.output = terminal->theirs.get();
  request.has_terminal = true;
  auto process = spawn(request);
  REQUIRE(process);
  terminal->theirs.reset();
  std::string shown;
  const auto shows = [&](std::string_view text) {
    std::array<char, 256> buffer{};
    while (!shown.contains(text)) {
      const ssize_t count = ::read(terminal->ours.get(), buffer.data(), buffer.size());
      if (count <= 0) return false;
      shown.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
  };
  CHECK(shows("33 111"));
  set_window_size(terminal->ours.get(), 44, 99);
  CHECK(shows("44 99"));
  terminal->ours.reset();
  CHECK(process->wait(30s) == 7);
}

TEST_CASE("a child starts where it is told to; a folder that is not there is an error") {
  const test::TemporaryFolder folder;
  ProcessRequest request = shell("pwd");
  request.directory = folder.path();
  CHECK(finish(request).output == folder.path() + "\n");
  request.directory = folder.path() + "/missing";
  const auto failed = spawn(request);
  REQUIRE(!failed);
  CHECK(failed.error().kind == ProcessError::Kind::not_found);
}

TEST_CASE("a child is one descriptor here, which can be polled, until it is gone without a trace") {
  const int before = open_descriptors();
  {
    auto process = spawn(shell("exit 7"));
    REQUIRE(process);
    CHECK(open_descriptors() == before + 1);
    CHECK((::fcntl(process->pidfd(), F_GETFD) & FD_CLOEXEC) != 0);
    pollfd entry{process->pidfd(), POLLIN, 0};
    REQUIRE(::poll(&entry, 1, 30'000) == 1);
    CHECK(process->wait(0ms) == 7);
    CHECK(process->wait(0ms) == 7);
  }
  CHECK(open_descriptors() == before);
  CHECK(!has_children());
}

TEST_CASE("a child that nobody waits for ends with its object, its own children too") {
  const test::TemporaryFolder folder;
  const std::string fifo = folder.path() + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const UniqueFd alive(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK));
  {
    auto process = spawn(shell("(echo x; exec sleep 60) >" + fifo));
    REQUIRE(process);
    pollfd entry{alive.get(), POLLIN, 0};
    REQUIRE(::poll(&entry, 1, 30'000) == 1);
    CHECK(process->wait(0ms) == std::nullopt);
  }
  pollfd entry{alive.get(), 0, 0};
  CHECK(::poll(&entry, 1, 30'000) == 1);  // the last writer is gone
  CHECK(!has_children());
}

TEST_CASE("threads start programs side by side, and none gets what is another's") {
  std::atomic<int> wrong = 0;
  std::atomic<bool> done = false;
  // What would deadlock a child that allocates after fork.
  std::thread busy([&] {
    while (!done) std::vector<std::string>(100, std::string(1000, 'x')).clear();
  });
  std::vector<std::thread> starters;
  for (int i = 0; i < 4; ++i) {
    starters.emplace_back([&, i] {
      for (int turn = 0; turn < 25; ++turn) {
        const std::string word = std::to_string(i) + "-" + std::to_string(turn);
        const auto outcome = finish(shell("echo " + word + "; ls /proc/$$/fd"));
        if (outcome.output != word + "\n0\n1\n2\n") ++wrong;
        if (spawn(program("/nonexistent/tool"))) ++wrong;
      }
    });
  }
  for (std::thread& starter : starters) starter.join();
  done = true;
  busy.join();
  CHECK(wrong == 0);
  CHECK(!has_children());
}

}  // namespace skillrun
