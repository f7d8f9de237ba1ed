// Signals that reach skillrun reach the skill, and a killed run leaves nothing behind.
#include <signal.h>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;

namespace {

constexpr const char* trapping =
    "trap 'echo got-term; exit 7' TERM; trap 'echo got-int; exit 8' INT; trap 'echo got-hup; exit 9' HUP; "
    "trap 'echo got-quit; exit 10' QUIT; echo ready; while :; do sleep 0.05; done";

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "TERM, INT, HUP and QUIT are passed on to the skill") {
  const std::vector<std::pair<int, std::string>> signals = {
      {SIGTERM, "got-term"}, {SIGINT, "got-int"}, {SIGHUP, "got-hup"}, {SIGQUIT, "got-quit"}};
  int status = 7;
  for (const auto& [number, word] : signals) {
    Process process(command({"t", "--", "sh", "-c", trapping}));
    REQUIRE(process.wait_for_output("ready"));
    process.signal(number);
    const Outcome outcome = process.finish();
    CHECK_FALSE(outcome.timed_out);
    CHECK(outcome.status == status++);
    CHECK(contains(outcome.out, word));
  }
}

TEST_CASE_FIXTURE(World, "a skill that TERM ends gives 143") {
  Process process(command({"t", "--", "sh", "-c", "echo ready; exec sleep 60"}));
  REQUIRE(process.wait_for_output("ready"));
  process.signal(SIGTERM);
  const Outcome outcome = process.finish();
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.status == 143);
}

TEST_CASE_FIXTURE(World, "a stopped run stands still, all of it, until it is woken") {
  Process process(command({"t", "--", "sh", "-c",
                           "echo ready; i=0; while [ $i -lt 30 ]; do sleep 0.1; i=$((i+1)); echo tick; done; exit 5"}));
  REQUIRE(process.wait_for_output("tick"));
  process.signal(SIGTSTP);
  REQUIRE(process.stops());
  CHECK(contains(engine_client({"ps", "--all", "--format", "{{.Status}}"}).out, "aused"));
  process.signal(SIGCONT);
  const Outcome outcome = process.finish();
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.status == 5);
}

TEST_CASE_FIXTURE(World, "a skill may survive a signal") {
  Process process(
      command({"t", "--", "sh", "-c",
               "trap 'echo no' TERM; echo ready; i=0; while [ $i -lt 20 ]; do sleep 0.1; i=$((i+1)); done; exit 3"}));
  REQUIRE(process.wait_for_output("ready"));
  process.signal(SIGTERM);
  const Outcome outcome = process.finish();
  CHECK(outcome.status == 3);
  CHECK(contains(outcome.out, "no"));
}

TEST_SUITE_END();
