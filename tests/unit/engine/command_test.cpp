#include "engine/command.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/temporary_folder.hpp"

namespace skillrun {

namespace {

using namespace std::chrono_literals;

ProcessRequest shell(const std::string& script) {
  ProcessRequest request;
  request.program = "/bin/sh";
  request.arguments = {"-c", script};
  request.environment = {"PATH=/usr/bin:/bin"};
  return request;
}

ProcessRequest program(const std::string& path, std::vector<std::string> arguments = {}) {
  ProcessRequest request;
  request.program = path;
  request.arguments = std::move(arguments);
  return request;
}

/// A zombie that its new parent has not reaped yet is not alive.
bool alive(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string number;
  std::string name;
  std::string state;
  return static_cast<bool>(file >> number >> name >> state) && state != "Z";
}

}  // namespace

TEST_CASE("a command gives its output, its errors and its exit status") {
  const auto result = run_command(shell("echo out; echo err >&2; exit 3"), {});
  REQUIRE(result);
  CHECK(result->output == "out\n");
  CHECK(result->error == "err\n");
  CHECK(result->status == 3);
}

TEST_CASE("a command that a signal ended has 128 and its number") {
  CHECK(run_command(shell("kill -9 $$"), {})->status == 137);
}

TEST_CASE("arguments arrive as they are, without a shell between") {
  const ProcessRequest request = program("/bin/echo", {"$HOME", "a b", "*", "\"", ";ls", ""});
  CHECK(run_command(request, {})->output == "$HOME a b * \" ;ls \n");
}

TEST_CASE("a program that cannot be executed is an error with its reason") {
  const auto missing = run_command(program("/nonexistent/tool"), {});
  REQUIRE(!missing);
  CHECK(missing.error().kind == EngineError::Kind::not_found);
  const test::TemporaryFolder folder;
  const auto plain = run_command(program(folder.write("plain", "x")), {});
  REQUIRE(!plain);
  CHECK(plain.error().kind == EngineError::Kind::permission_denied);
}

TEST_CASE("input is fed piece by piece and ends") {
  int pieces = 0;
  const ByteSource source = [&]() -> EngineResult<std::string> {
    return ++pieces <= 50 ? std::string(100'000, 'x') : std::string();
  };
  const auto result = run_command(shell("wc -c"), {}, {.input = &source});
  REQUIRE(result);
  CHECK(result->output == "5000000\n");
}

TEST_CASE("a program that does not want its input ends by its own status") {
  const ByteSource endless = []() -> EngineResult<std::string> { return std::string(100'000, 'x'); };
  CHECK(run_command(shell("exit 5"), {}, {.input = &endless})->status == 5);
}

TEST_CASE("when the input fails, the program is killed before it can take that for the end") {
  const test::TemporaryFolder folder;
  const std::string mark = folder.path() + "/finished";
  int pieces = 0;
  const ByteSource failing = [&]() -> EngineResult<std::string> {
    if (++pieces == 1) return std::string("half");
    return std::unexpected(EngineError{EngineError::Kind::refused, "no more"});
  };
  const auto result = run_command(shell("cat; touch " + mark), {}, {.input = &failing});
  REQUIRE(!result);
  CHECK(result.error().message == "no more");
  CHECK(!std::filesystem::exists(mark));
}

TEST_CASE("a deadline ends the program with everything it started") {
  const test::TemporaryFolder folder;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run_command(shell("sleep 60 & echo $! >" + folder.path() + "/pid; wait"), {300ms, nullptr});
  REQUIRE(!result);
  CHECK(result.error().kind == EngineError::Kind::deadline);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  std::ifstream file(folder.path() + "/pid");
  std::string pid;
  file >> pid;
  for (int i = 0; i < 100 && alive(pid); ++i) ::usleep(10'000);
  CHECK(!alive(pid));
}

TEST_CASE("a program that ignores TERM is killed") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(!run_command(shell("trap '' TERM; while :; do sleep 0.1; done"), {200ms, nullptr}));
  CHECK(std::chrono::steady_clock::now() - begin < 15s);
}

TEST_CASE("a cancellation ends the call, before or while it runs") {
  Cancellation cancellation;
  const ProgressSink cancel = [&](const ProgressEvent&) { cancellation.cancel(); };
  const auto running = run_command(shell("echo started; sleep 60"), {60s, &cancellation}, {.progress = &cancel});
  REQUIRE(!running);
  CHECK(running.error().kind == EngineError::Kind::cancelled);
  const auto early = run_command(shell("exit 0"), {60s, &cancellation});
  REQUIRE(!early);
  CHECK(early.error().kind == EngineError::Kind::cancelled);
}

TEST_CASE("a helper that keeps a pipe open does not hold the call up") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(run_command(shell("sleep 5 & echo done"), {})->output == "done\n");
  CHECK(std::chrono::steady_clock::now() - begin < 4s);
}

TEST_CASE("output without end is an error and the program does not live on") {
  CHECK(run_command(shell("yes"), {}).error().kind == EngineError::Kind::protocol);
}

TEST_CASE("lines are progress, whichever stream they are on, returns included") {
  std::vector<std::string> lines;
  const ProgressSink sink = [&](const ProgressEvent& event) { lines.push_back(event.text); };
  CHECK(run_command(shell("printf 'a\\rb\\n\\nc'"), {}, {.progress = &sink}));
  CHECK(lines == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("no call leaves a descriptor behind") {
  const auto count = [] {
    int open = 0;
    for (int fd = 0; fd < 256; ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return open;
  };
  const int before = count();
  const ByteSource source = []() -> EngineResult<std::string> { return std::string(); };
  CHECK(run_command(shell("cat"), {}, {.input = &source}));
  CHECK(!run_command(shell("sleep 9"), {50ms, nullptr}));
  CHECK(!run_command(program("/nonexistent/tool"), {}));
  CHECK(count() == before);
}

}  // namespace skillrun
