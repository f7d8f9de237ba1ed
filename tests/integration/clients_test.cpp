// The engine's own client is killed from outside while skillrun waits for it.
#include <signal.h>

#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

/// Children of a process that run this program.
std::vector<pid_t> children(pid_t parent, const std::string& program) {
  std::vector<pid_t> found;
  std::istringstream ids(
      read_file(fs::path("/proc") / std::to_string(parent) / "task" / std::to_string(parent) / "children"));
  for (pid_t id = 0; ids >> id;) {
    if (read_file(fs::path("/proc") / std::to_string(id) / "comm") == program + "\n") found.push_back(id);
  }
  return found;
}

/// A world where a program stands between skillrun and the client.
class Between : public World {
 public:
  /// `script` may call the client as `real`.
  [[nodiscard]] Result result_with(const std::string& script) const {
    const fs::path program = folder() / engine_path().program;
    const Outcome found = run(shell("command -v \"$1\"", {engine_path().program}));
    write_file(program, "#!/bin/bash\nreal() { '" + found.out.substr(0, found.out.find('\n')) + "' \"$@\"; }\n" +
                            script + "\nreal \"$@\"\n");
    fs::permissions(program, fs::perms(0755));
    Command full = command({"run", "--result-file", folder() / "result.json", "t", "--", "echo", "never"});
    full.argv[2] = "cli:" + program.string();
    Result result{.outcome = run(full), .document = {}};
    boost::system::error_code error;
    const auto document = skillrun::json::parse(read_file(folder() / "result.json"), error);
    REQUIRE_MESSAGE(!error, result.outcome.err);
    result.document = document.as_object();
    return result;
  }
};

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World,
                  "a client that is killed while the skill runs is an error of the engine, not the skill's end") {
  if (!engine_path().is_client()) return;
  Process process(command({"t", "--", "sh", "-c", "echo ready; sleep 60; echo never"}));
  REQUIRE(process.wait_for_output("ready"));
  const std::vector<pid_t> clients = children(process.id(), engine_path().program);
  REQUIRE(clients.size() == 1);
  ::kill(clients.front(), SIGKILL);
  const Outcome outcome = process.finish();
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.status == 125);
  CHECK(outcome.out == "ready\n");
  CHECK(contains(outcome.err, "the connection to the skill ended while its container is running"));
  CHECK(outcome.took < std::chrono::seconds(20));
}

TEST_CASE_FIXTURE(Between, "a client that is killed before it creates is an error of the engine") {
  if (!engine_path().is_client()) return;
  const Result result = result_with("[ \"$1\" = create ] && kill -KILL $$");
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "engine-error");
  CHECK(result.outcome.out == "");
  CHECK(contains(result.outcome.err, "was killed by signal 9"));
}

TEST_CASE_FIXTURE(Between, "a client that is killed after it created leaves no container") {
  if (!engine_path().is_client()) return;
  const std::string made = folder() / "made";
  const Result result = result_with("[ \"$1\" = create ] && { real \"$@\" >" + made + "; kill -KILL $$; }");
  CHECK(read_file(made).size() >= 64);
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "engine-error");
  CHECK(result.outcome.out == "");
  CHECK(contains(result.outcome.err, "was killed by signal 9"));
  CHECK(containers().empty());
}

TEST_SUITE_END();
