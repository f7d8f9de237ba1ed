// What skillrun's exit status and the result's status say about how a run ended.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;

namespace {

/// podman on version 1 of the control groups never says it; so ask the engine itself, without skillrun.
bool engine_reports_out_of_memory() {
  if (engine_path().is_native()) return true;
  (void)engine_client({"run", "--name=oom-probe", "--network=none", "--memory=64m", "--memory-swap=64m",
                       variable("SKILLRUN_TEST_IMAGE"), "tail", "/dev/zero"});
  const Outcome told = engine_client({"inspect", "--format", "{{.State.OOMKilled}}", "oom-probe"});
  (void)engine_client({"rm", "--force", "oom-probe"});
  REQUIRE(told.status == 0);
  REQUIRE((engine_path().is_podman() || told.out == "true\n"));
  return told.out == "true\n";
}

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "the skill's own exit status is skillrun's") {
  for (const int status : {0, 3, 255}) {
    const Result result = result_of({"t", "--", "sh", "-c", "exit " + std::to_string(status)});
    CHECK(result.outcome.status == status);
    CHECK(result.status() == "exited");
    CHECK(result.document.at("exit_code") == status);
    CHECK(result.outcome.err == "");
  }
}

TEST_CASE_FIXTURE(World, "a skill that ends with 124 to 127 itself is told apart from skillrun's own statuses") {
  for (const int status : {124, 125, 126, 127}) {
    const Result result = result_of({"t", "--", "sh", "-c", "exit " + std::to_string(status)});
    CHECK(result.outcome.status == status);
    CHECK(result.status() == "exited");
  }
}

TEST_CASE_FIXTURE(World, "a command that is not in the image gives 127 and is named, with an init and without") {
  for (const char* init : {"init = true", "init = false"}) {
    CAPTURE(init);
    manifest(busybox_skill(init));
    for (const char* command : {"no-such-command", "/bin/no-such-command", "./no-such-command"}) {
      const Result result = result_of({"t", "--", command});
      CHECK(result.outcome.status == 127);
      CHECK(result.status() == "engine-error");
      CHECK(result.outcome.out == "");
      CHECK(contains(result.outcome.err, "no-such-command"));
      CHECK_FALSE(contains(result.outcome.err, "FATAL"));
    }
  }
  manifest(busybox_skill("entrypoint = \"no-such-entrypoint\""));
  CHECK(skillrun({"t"}).status == 127);
}

TEST_CASE_FIXTURE(World, "a command that cannot be invoked gives 126 and is named, with an init and without") {
  for (const char* init : {"init = true", "init = false"}) {
    CAPTURE(init);
    manifest(busybox_skill(init));
    const Result result = result_of({"t", "--", "/bin/not-executable"});
    CHECK(result.outcome.status == 126);
    CHECK(result.status() == "engine-error");
    CHECK(contains(result.outcome.err, "not-executable"));
    CHECK(skillrun({"t", "--", "/etc"}).status == 126);
  }
  manifest(busybox_skill());
  CHECK(skillrun({"t", "--", "not-executable"}).status == 126);
}

TEST_CASE_FIXTURE(World, "a command is found as the image has it: by links, PATH and the working directory") {
  CHECK(skillrun({"t", "--", "true"}).status == 0);
  CHECK(skillrun({"t", "--", "/bin/../bin/true"}).status == 0);
  manifest(busybox_skill("working_dir = \"/bin\""));
  CHECK(skillrun({"t", "--", "./true"}).status == 0);
  manifest(busybox_skill("environment = [\"PATH=/nowhere\"]"));
  CHECK(skillrun({"t", "--", "true"}).status == 127);
  CHECK(skillrun({"t", "--", "/bin/true"}).status == 0);
  // What is mounted is not the image's.
  write_file(work() / "tool", "#!/bin/sh\nexit 4\n");
  std::filesystem::permissions(work() / "tool", std::filesystem::perms::all);
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/work\"]"));
  CHECK(skillrun({"t", "--", "/work/tool"}).status == 4);
}

TEST_CASE_FIXTURE(World, "the timeout ends the skill and gives 124") {
  const Result result = result_of({"t", "--timeout", "1s", "--", "sh", "-c", "echo before; sleep 60; echo after"});
  CHECK(result.outcome.status == 124);
  CHECK(result.status() == "timed-out");
  CHECK(result.outcome.out == "before\n");
  CHECK(result.outcome.took < std::chrono::seconds(20));
}

TEST_CASE_FIXTURE(World, "the timeout ends a skill that ignores signals") {
  const Result result =
      result_of({"t", "--timeout", "1s", "--", "sh", "-c", "trap '' TERM INT; while :; do sleep 1; done"});
  CHECK(result.outcome.status == 124);
  CHECK(result.status() == "timed-out");
}

TEST_CASE_FIXTURE(World, "the manifest's timeout holds, and the command line's replaces it") {
  manifest(busybox_skill("timeout = \"1s\""));
  CHECK(script("sleep 60").status == 124);
  CHECK(script("sleep 2; exit 5", {"--timeout", "1m"}).status == 5);
}

TEST_CASE_FIXTURE(World, "a skill that a signal ended gives 128 and the signal") {
  manifest(busybox_skill("init = false\nstop_signal = \"SIGTERM\""));
  // Without an init the shell is the first process; the default action of a signal does not reach it, so a child dies.
  CHECK(script("sh -c 'kill -SEGV $$'; exit $?").status == 139);
  const Result result = result_of({"t", "--", "sh", "-c", "sh -c 'kill -KILL $$'; exit $?"});
  CHECK(result.outcome.status == 137);
  CHECK(result.document.at("exit_code") == 137);
}

TEST_CASE_FIXTURE(World, "running out of memory has a status of its own where the engine tells") {
  manifest(busybox_skill("memory_swap = \"64m\""));
  const Result result = result_of({"t", "--", "tail", "/dev/zero"});
  CHECK(result.outcome.status == 137);
  if (engine_reports_out_of_memory()) {
    CHECK(result.status() == "out-of-memory");
    CHECK(contains(result.outcome.err, "memory"));
  } else {
    // podman's inspect forgets it now and then; its monitor leaves a note that skillrun reads where it starts podman.
    CHECK((result.status() == "signalled" || result.status() == "out-of-memory"));
  }
}

TEST_CASE_FIXTURE(World, "an unknown skill gives 127 and the closest names") {
  manifest(busybox_skill() + "[skills.convert.docker]\nimage = \"busybox:1\"\n");
  const Result result = result_of({"convrt"});
  CHECK(result.outcome.status == 127);
  CHECK(result.status() == "no-such-skill");
  CHECK(contains(result.outcome.err, "convrt"));
  CHECK(contains(result.outcome.err, "convert"));
}

TEST_CASE_FIXTURE(World, "a manifest with faults gives 125 and names every one of them") {
  manifest(busybox_skill("memry = \"64m\"\nread_only = \"yes\""));
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "invalid-manifest");
  CHECK(contains(result.outcome.err, "skills.toml:8:1"));
  CHECK(contains(result.outcome.err, "memry"));
  CHECK(contains(result.outcome.err, "skills.toml:9:13"));
}

TEST_CASE_FIXTURE(World, "a manifest that is missing or no TOML gives 125") {
  CHECK(skillrun({"-m", folder() / "absent.toml", "t"}).status == 125);
  manifest("[skills.t\n");
  CHECK(result_of({"t"}).status() == "invalid-manifest");
}

TEST_CASE_FIXTURE(World, "an instance that nobody declared gives 125") {
  const Result result = result_of({"t@production", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(contains(result.outcome.err, "production"));
}

TEST_CASE_FIXTURE(World, "an engine that is not there gives 125 and each place that was tried") {
  Command full = command({"run", "--result-file", folder() / "result.json", "t", "--", "true"});
  full.argv[2] = "unix:///nowhere/engine.sock";
  const Outcome outcome = run(full);
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "/nowhere/engine.sock"));
  CHECK(contains(read_file(folder() / "result.json"), "engine-unavailable"));
}

TEST_CASE_FIXTURE(World, "wrong usage never runs anything") {
  const Outcome outcome = skillrun({"t", "--timeout", "soon", "--", "echo", "ran"});
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "--timeout"));
  CHECK(outcome.out == "");
  CHECK(skillrun({"run"}).status != 0);
  CHECK(skillrun({"run", "--no-such-option", "t"}).status != 0);
}

TEST_SUITE_END();
