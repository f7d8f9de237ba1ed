#include <sys/wait.h>

#include <algorithm>

#include "run/run_record.hpp"
#include "run/supervise.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using namespace std::chrono_literals;

/// Where records are, with those of earlier cases taken away.
RunRecords no_records() {
  RunRecords records = RunRecords::of_user();
  for (const RunRecord& record : records.read()) records.remove(record);
  return records;
}

template <class Duration>
void set_timeout(Run& run, Duration timeout) {
  run.spec.timeout.emplace();
  run.spec.timeout->value = timeout;
}

}  // namespace

TEST_CASE("a run looks at the image, creates, verifies, starts, inspects and removes, in this order") {
  Run run;
  run.engine.play = [](const Skill& skill) {
    skill.write("to output");
    skill.write("to error", true);
  };
  run.engine.exit_code = 3;
  const RunResult result = run.go();
  CHECK(result.skill == "tool");
  CHECK(result.policy_digest == approve(run.spec).policy_digest());
  CHECK(result.status() == RunStatus::exited);
  CHECK(result.exit_code() == 3);
  CHECK(result.exit_status() == 3);
  CHECK(result.output.captured == "to output");
  CHECK(result.error.captured == "to error");
  CHECK(result.message.empty());
  CHECK(result.image == "example.org/tool:1");
  CHECK(result.image_id == "sha256:1");
  CHECK(result.container_id == std::string(64, 'c'));
  CHECK(run.engine.calls() == std::vector<std::string>{"inspect_image example.org/tool:1", "create", "describe",
                                                       "start", "inspect", "remove"});
  CHECK(result.times.total >= result.times.run);
}

TEST_CASE("the container carries every label that skillrun knows, whatever an image has, and nobody's else") {
  Run run;
  run.options.labels = {{"more", "x"}, {"skillrun.keep", "true"}};
  static_cast<void>(run.go());
  const auto labels_of = [](const FakeEngine& engine) {
    std::map<std::string, std::string> labels;
    for (const auto& [key, value] : engine.created_labels) labels[key] = value;
    return labels;
  };
  auto labels = labels_of(run.engine);
  CHECK(labels["skillrun.skill"] == "tool");
  CHECK(labels.at("skillrun.instance").empty());
  CHECK(labels["skillrun.run"].size() == 32);
  CHECK(labels["skillrun.keep"] == "false");
  CHECK(!labels["skillrun.version"].empty());
  CHECK(labels["more"] == "x");
  Run kept;
  kept.spec.instance = "fast";
  kept.spec.rm = Setting<bool>{false, {}};
  static_cast<void>(kept.go());
  labels = labels_of(kept.engine);
  CHECK(labels["skillrun.instance"] == "fast");
  CHECK(labels["skillrun.keep"] == "true");
}

TEST_CASE("there is a record of a run before its container, with its id after, and none when it was removed") {
  Run run;
  const RunRecords records = no_records();
  std::vector<RunRecord> at_creation;
  std::vector<RunRecord> at_start;
  run.engine.on_call = [&](const std::string& call) {
    if (call == "create") at_creation = records.read();
    if (call == "start") at_start = records.read();
  };
  run.engine.info_.endpoint = "unix:///run/engine.sock";
  static_cast<void>(run.go());
  REQUIRE(at_creation.size() == 1);
  CHECK(at_creation[0].container.empty());
  CHECK(at_creation[0].skill == "tool");
  CHECK(at_creation[0].endpoint == "unix:///run/engine.sock");
  CHECK_FALSE(at_creation[0].keep);
  CHECK(at_creation[0].owner.pid == std::to_string(::getpid()));
  CHECK(label_of(run.engine.created_labels, run_label) == at_creation[0].run());
  REQUIRE(at_start.size() == 1);
  CHECK(at_start[0].container == std::string(64, 'c'));
  CHECK(at_start[0].token == at_creation[0].token);
  CHECK(records.read().empty());
}

TEST_CASE("a record stays as long as a container may: kept, not removed, or perhaps made") {
  const RunRecords records = no_records();
  const auto left_by = [&](Run& run) {
    static_cast<void>(run.go());
    const auto left = records.read();
    for (const RunRecord& record : left) records.remove(record);
    return left.size();
  };
  Run kept;
  kept.spec.rm = Setting<bool>{false, {}};
  CHECK(left_by(kept) == 1);
  Run busy;
  busy.engine.failures["remove"] = {EngineError::Kind::server, "busy"};
  CHECK(left_by(busy) == 1);
  Run lost;
  lost.engine.failures["create"] = {EngineError::Kind::deadline, "no answer"};
  CHECK(left_by(lost) == 1);
  Run refused;
  refused.engine.failures["create"] = {EngineError::Kind::refused, "no"};
  CHECK(left_by(refused) == 0);
}

TEST_CASE("a run whose record cannot be written runs all the same") {
  const test::TemporaryFolder folder;
  const std::string before = ::getenv("XDG_STATE_HOME");
  ::setenv("XDG_STATE_HOME", folder.write("file", "").c_str(), 1);
  ::unsetenv("XDG_RUNTIME_DIR");
  Run run;
  const RunResult result = run.go();
  ::setenv("XDG_STATE_HOME", before.c_str(), 1);
  CHECK(result.status() == RunStatus::exited);
  CHECK(label_of(run.engine.created_labels, run_label).size() == 32);
}

TEST_CASE("a container whose id was lost is found by the run's own label, and only when no other has it") {
  for (const int copies : {0, 1, 2}) {
    CAPTURE(copies);
    const RunRecords records = no_records();
    Run run;
    run.engine.failures["create"] = {EngineError::Kind::deadline, "no answer"};
    run.engine.on_call = [&](const std::string& call) {
      if (call != "find_containers") return;
      const RunRecord record = records.read().front();
      run.engine.listed = {{.id = "other", .status = "running", .labels = {{"skillrun.run", std::string(32, '0')}}}};
      for (int i = 0; i < copies; ++i) {
        run.engine.listed.push_back(
            {.id = "copy" + std::to_string(i), .status = "created", .labels = {{"skillrun.run", record.run()}}});
      }
    };
    static_cast<void>(run.go());
    CHECK(run.engine.removed == (copies == 1 ? std::vector<std::string>{"copy0"} : std::vector<std::string>{}));
    CHECK(records.read().empty() == (copies == 1));
  }
}

TEST_CASE("the time before the run counts as queued, and only when it is told") {
  Run run;
  CHECK(run.go().times.queued == 0ns);
  run.options.requested = std::chrono::steady_clock::now() - 3s;
  CHECK(run.go().times.queued >= 3s);
  run.options.requested = std::chrono::steady_clock::now() + 3h;
  CHECK(run.go().times.queued == 0ns);
}

TEST_CASE("each end of a skill has a status of its own") {
  struct Case {
    int code;
    bool out_of_memory;
    RunStatus status;
    int exit_status;
    std::optional<int> signal;
  };
  const std::vector<Case> cases{
      {0, false, RunStatus::exited, 0, std::nullopt},     {1, true, RunStatus::exited, 1, std::nullopt},
      {125, false, RunStatus::exited, 125, std::nullopt}, {127, false, RunStatus::exited, 127, std::nullopt},
      {128, false, RunStatus::exited, 128, std::nullopt}, {130, false, RunStatus::signalled, 130, SIGINT},
      {137, false, RunStatus::signalled, 137, SIGKILL},   {137, true, RunStatus::out_of_memory, 137, SIGKILL},
      {193, false, RunStatus::exited, 193, std::nullopt}, {255, false, RunStatus::exited, 255, std::nullopt}};
  for (const Case& one : cases) {
    CAPTURE(one.code);
    Run run;
    run.engine.exit_code = one.code;
    run.engine.state.out_of_memory = one.out_of_memory;
    const RunResult result = run.go();
    CHECK(result.status() == one.status);
    CHECK(result.exit_status() == one.exit_status);
    CHECK(result.signal() == one.signal);
    CHECK(result.message.empty() == !one.out_of_memory);
  }
}

TEST_CASE("a timeout sends the stop signal and waits for the skill to end by it") {
  Run run;
  set_timeout(run, 50ms);
  run.spec.stop_signal.emplace();
  run.spec.stop_signal->value = "SIGINT";
  int received = 0;
  run.engine.play = [&](const Skill& skill) {
    received = skill.next_signal();
    skill.write("last words");
  };
  const RunResult result = run.go();
  CHECK(received == SIGINT);
  CHECK(result.status() == RunStatus::timed_out);
  CHECK(result.exit_status() == 124);
  CHECK(result.output.captured == "last words");
  CHECK(!run.engine.was_called("kill 9"));
  CHECK(run.engine.was_called("remove"));
}

TEST_CASE("a skill that ignores the stop signal is killed after its grace") {
  Run run;
  set_timeout(run, 50ms);
  run.spec.stop_timeout.emplace();
  run.spec.stop_timeout->value = 1s;
  run.engine.play = [&](const Skill& skill) {
    while (skill.next_signal() != SIGKILL) {
    }
  };
  const auto begin = std::chrono::steady_clock::now();
  const RunResult result = run.go();
  CHECK(std::chrono::steady_clock::now() - begin >= 1s);
  CHECK(result.status() == RunStatus::timed_out);
  CHECK(run.engine.was_called("kill 15"));
  CHECK(run.engine.was_called("kill 9"));
}

TEST_CASE("a grace that would outlast every timeout is cut") {
  ContainerSpec spec;
  const EndingLimits limits;
  CHECK(grace_of(spec, limits) == limits.grace);
  spec.stop_timeout.emplace();
  spec.stop_timeout->value = 90s;
  CHECK(grace_of(spec, limits) == 90s);
  spec.stop_timeout->value = 24h;
  CHECK(grace_of(spec, limits) == 300s);
}

TEST_CASE("a timeout of zero is none") {
  Run run;
  set_timeout(run, 0ns);
  run.engine.play = [](const Skill&) { std::this_thread::sleep_for(100ms); };
  CHECK(run.go().status() == RunStatus::exited);
}

TEST_CASE("a skill that ended in time did not time out, however slow its reader is") {
  Run run;
  set_timeout(run, 100ms);
  auto [read_end, write_end] = pipe_ends();
  run.io = {.input = -1, .output = write_end.get(), .error = -1};
  const std::string text = noise(3'000'000);
  run.engine.play = [&](const Skill& skill) { skill.write(text); };
  std::string read;
  std::thread reader([&, fd = std::move(read_end)] {
    // The skill's own pipe and the run hold a part of it until this begins to read.
    std::array<char, 65536> buffer{};
    std::this_thread::sleep_for(30ms);
    for (ssize_t count = 1; count > 0;) {
      count = ::read(fd.get(), buffer.data(), buffer.size());
      if (count > 0) read.append(buffer.data(), static_cast<std::size_t>(count));
      if (read.size() > 2'900'000 && read.size() < 2'970'000) std::this_thread::sleep_for(150ms);
    }
  });
  const RunResult result = run.go();
  write_end.reset();
  reader.join();
  CHECK(read == text);
  CHECK(result.output.bytes == text.size());
}

TEST_CASE("what asks to end is passed on twice, and kills the third time, whichever it is") {
  for (const std::vector<int>& asked : std::vector<std::vector<int>>{{SIGINT, SIGINT, SIGINT},
                                                                     {SIGTERM, SIGTERM, SIGTERM},
                                                                     {SIGHUP, SIGHUP, SIGHUP},
                                                                     {SIGINT, SIGTERM, SIGHUP}}) {
    CAPTURE(asked);
    Run run;
    std::vector<int> received;
    run.engine.play = [&](const Skill& skill) {
      for (const int number : asked) {
        run.control.signal(number);
        received.push_back(skill.next_signal());
      }
    };
    CHECK(run.go().status() == RunStatus::signalled);
    CHECK(received == std::vector<int>{asked[0], asked[1], SIGKILL});
  }
}

TEST_CASE("signals are passed on, and those that ask for no end are not counted") {
  Run run;
  std::vector<int> received;
  run.engine.play = [&](const Skill& skill) {
    run.control.signal(SIGTERM);
    received.push_back(skill.next_signal());
    run.control.signal(SIGUSR1);
    received.push_back(skill.next_signal());
    run.control.signal(SIGINT);
    received.push_back(skill.next_signal());
    run.control.signal(SIGINT);
    received.push_back(skill.next_signal());
  };
  const RunResult result = run.go();
  CHECK(received == std::vector<int>{SIGTERM, SIGUSR1, SIGINT, SIGKILL});
  CHECK(result.status() == RunStatus::signalled);
  CHECK(result.exit_status() == 137);
}

TEST_CASE("an engine that answers a kill only after the output is read holds nothing up") {
  Run run;
  std::atomic<bool> output_is_read = false;
  run.engine.on_call = [&](const std::string& name) {
    for (int i = 0; name == "kill" && !output_is_read && i < 1000; ++i) std::this_thread::sleep_for(5ms);
  };
  const std::string text = noise(8'000'000);
  run.engine.play = [&](const Skill& skill) {
    run.control.signal(SIGTERM);
    skill.write(text);
    output_is_read = true;
    CHECK(skill.next_signal() == SIGTERM);
  };
  const RunResult result = run.go();
  CHECK(result.output.captured == text);
}

TEST_CASE("a signal before the skill runs cancels, a new window size does not") {
  for (const std::string stage : {"inspect_image", "create"}) {
    CAPTURE(stage);
    Run run;
    run.engine.on_call = [&](const std::string& name) {
      if (name == stage) run.control.signal(SIGTERM);
    };
    const RunResult result = run.go();
    CHECK(result.status() == RunStatus::cancelled);
    CHECK(result.exit_status() == 130);
    CHECK(!run.engine.was_called("start"));
    CHECK(run.engine.was_called("remove") == (stage == "create"));
  }
  Run run;
  run.control.signal(SIGWINCH);
  CHECK(run.go().status() == RunStatus::exited);
}

TEST_CASE("a cancellation ends the run at every stage and leaves no container") {
  for (const std::string stage : {"", "inspect_image", "create", "describe", "start"}) {
    CAPTURE(stage);
    Run run;
    if (stage.empty()) run.control.cancel();
    run.engine.on_call = [&](const std::string& name) {
      if (name == stage) run.control.cancel();
    };
    const RunResult result = run.go();
    CHECK(result.status() == RunStatus::cancelled);
    CHECK(result.exit_status() == 130);
    CHECK(run.engine.was_called("remove") == run.engine.was_called("create"));
  }
}

TEST_CASE("a cancellation kills a skill that runs, even one whose output nobody reads") {
  Run run;
  auto [read_end, write_end] = pipe_ends();
  run.io = {.input = -1, .output = write_end.get(), .error = -1};
  run.engine.play = [&](const Skill& skill) {
    run.control.cancel();
    while (skill.write(std::string(65536, 'x'))) {
    }
  };
  const RunResult result = run.go();
  CHECK(result.status() == RunStatus::cancelled);
  CHECK(run.engine.was_called("kill 9"));
  CHECK(run.engine.was_called("remove"));
}

TEST_CASE("whatever fails, a created container is removed and no descriptor is left open") {
  const int before = open_descriptors();
  for (const std::string stage : {"inspect_image", "create", "describe", "start", "inspect", "remove"}) {
    CAPTURE(stage);
    {
      Run run;
      run.engine.failures[stage] = {EngineError::Kind::server, "it broke"};
      const RunResult result = run.go();
      if (stage != "remove") {
        CHECK(result.status() == (stage == "inspect_image" ? RunStatus::image_unavailable : RunStatus::engine_error));
        CHECK(result.exit_status() == 125);
      }
      CHECK(result.message.find("it broke") != std::string::npos);
      const bool created = stage != "inspect_image" && stage != "create";
      CHECK(run.engine.was_called("remove") == created);
    }
    CHECK(open_descriptors() == before);
  }
}

TEST_CASE("an engine that is gone is told from one that failed") {
  Run run;
  run.engine.failures["create"] = {EngineError::Kind::unavailable, "nobody answers"};
  CHECK(run.go().status() == RunStatus::engine_unavailable);
  run.engine.failures["create"] = {EngineError::Kind::not_found, "no such image"};
  CHECK(run.go().status() == RunStatus::image_unavailable);
}

TEST_CASE("a kept container is kept once it ran, and removed when it never did") {
  Run run;
  run.spec.rm.emplace();
  run.spec.rm->value = false;
  static_cast<void>(run.go());
  CHECK(!run.engine.was_called("remove"));
  Run failing;
  failing.spec.rm.emplace();
  failing.spec.rm->value = false;
  failing.engine.failures["start"] = {EngineError::Kind::server, "no"};
  static_cast<void>(failing.go());
  CHECK(failing.engine.was_called("remove"));
}

TEST_CASE("a command that is not there, or cannot be executed, is told apart by the engines' words") {
  struct Case {
    int exit_code;
    std::string words;
    int exit_status;
  };
  const std::vector<Case> cases{
      {127, "runc create failed: exec: \"x\": executable file not found in $PATH: unknown", 127},
      {127, "runc create failed: exec: \"/x\": stat /x: no such file or directory: unknown", 127},
      {126, "runc create failed: exec: \"/x\": permission denied: unknown", 126},
      {0, "runc create failed: exec: \"x\": executable file not found in $PATH: OCI runtime attempted to invoke", 127},
      {0, "runc create failed: exec: \"/x\": permission denied: OCI permission denied", 126},
      {0, "crun: executable file `x` not found in $PATH: No such file or directory", 127},
      // Not about the command: a mount that fails, a limit that is not allowed.
      {127, "error mounting \"/a\" to rootfs at \"/b\": not a directory: unknown", 125},
      {0, "error setting rlimit type 7: operation not permitted: OCI permission denied", 125}};
  for (const Case& one : cases) {
    CAPTURE(one.words);
    Run run;
    run.engine.failures["start"] = {EngineError::Kind::refused, one.words};
    run.engine.state.exit_code = one.exit_code;
    const RunResult result = run.go();
    CHECK(result.status() == RunStatus::engine_error);
    CHECK(result.exit_status() == one.exit_status);
    CHECK(std::holds_alternative<outcome::NoSuchCommand>(result.outcome) == (one.exit_status == 127));
    CHECK(std::holds_alternative<outcome::NotExecutable>(result.outcome) == (one.exit_status == 126));
    CHECK(result.message.find(one.words) != std::string::npos);
    CHECK(run.engine.was_called("remove"));
  }
}

TEST_CASE("a connection that breaks while the skill runs is not a success") {
  Run run;
  run.engine.play = [](const Skill&) {};
  run.engine.on_call = [&](const std::string& name) {
    if (name == "inspect") run.engine.state.status = "running";
  };
  const RunResult result = run.go();
  CHECK(result.status() == RunStatus::engine_error);
  CHECK(result.exit_status() == 125);
  CHECK(run.engine.was_called("remove"));
}

TEST_CASE("a skill can have a terminal where the caller has none, of no size in particular") {
  Run run;
  run.spec.tty.emplace();
  run.spec.tty->value = TtyMode::on;
  CHECK(run.go().status() == RunStatus::exited);
  CHECK(run.engine.created_options.tty);
  CHECK(!run.engine.created_options.terminal_size);
}

}  // namespace skillrun::test
