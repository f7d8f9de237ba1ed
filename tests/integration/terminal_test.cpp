// A skill at a terminal, in a shell with job control, on engines that make real containers.
#include <doctest/doctest.h>

#include "job_terminal.hpp"
#include "world.hpp"

using namespace integration;

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World,
                  "Ctrl-Z freezes a skill and gives the shell its terminal back, fg wakes it with the new size") {
  const std::string skill =
      "echo rea\"\"dy; i=0; while [ $i -lt 30 ]; do sleep 0.1; i=$((i+1)); done; stty size; exit 5";
  JobTerminal shell(command({"t", "--", "sh", "-c", skill}),
                    "\"$@\"; echo stopped $?; read; fg >/dev/null; echo status $?; read");
  REQUIRE_MESSAGE(contains(shell.until("ready"), "ready"), shell.until("ready"));
  shell.type(ctrl_z);
  CHECK_MESSAGE(contains(shell.until("stopped 148"), "stopped 148"), shell.until("stopped 148"));
  CHECK(shell.echoes());
  CHECK(contains(engine_client({"ps", "--all", "--format", "{{.Status}}"}).out, "aused"));
  shell.resize(44, 99);
  shell.type("\n");
  const std::string shown = shell.until("status 5");
  CHECK_MESSAGE(contains(shown, "status 5"), shown);
  CHECK_MESSAGE(contains(shown, "44 99"), shown);
  CHECK(shell.echoes());
  shell.type("\n");
}

TEST_CASE_FIXTURE(World, "a job in the background leaves the terminal alone and comes to its end") {
  JobTerminal shell(command({"t", "--", "sh", "-c", "sleep 1; echo done; exit 5"}),
                    "\"$@\" & read line; echo \"got $line\"; wait $!; echo status $?; read");
  shell.type("for the shell\n");
  CHECK(contains(shell.until("got for the shell"), "got for the shell"));
  CHECK(shell.echoes());
  const std::string shown = shell.until("status 5");
  CHECK_MESSAGE(contains(shown, "status 5"), shown);
  CHECK(shell.echoes());
  shell.type("\n");
}

TEST_CASE_FIXTURE(World,
                  "a skill knows the size of its terminal from the start, or as soon as its engine can tell it") {
  // docker has it set before the start since version 23.
  const std::string skill = engine_path().is_podman() ? "stty size" : "sleep 1; stty size";
  JobTerminal shell(command({"t", "--", "sh", "-c", skill}), "\"$@\"; echo status $?; read");
  const std::string shown = shell.until("status 0");
  CHECK_MESSAGE(contains(shown, "33 111"), shown);
  shell.type("\n");
}

TEST_SUITE_END();
