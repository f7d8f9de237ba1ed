// A run whose engine made something else than it was told.
#include <filesystem>
#include <fstream>

#include "unit/engine/api_full_spec.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using skillrun::testing::bind_mount;
using skillrun::testing::declared;

RunResult run_with(FakeEngine& engine, const ContainerSpec& spec) {
  RunControl control;
  const RunIo io{.input = -1, .output = -1, .error = -1, .capture = true};
  return execute(engine, approve(spec), io, control);
}

}  // namespace

TEST_CASE("a container that is not the approved one is removed, never started, and the finding says what differs") {
  FakeEngine engine;
  engine.on_describe = [](json::object& made) { made.at("HostConfig").as_object()["Privileged"] = true; };
  const RunResult result = run_with(engine, plain_spec());
  CHECK(result.status() == RunStatus::refused);
  CHECK(result.exit_status() == 126);
  CHECK(result.message ==
        "the container that docker made is not the one that was approved; it was removed and nothing was run");
  REQUIRE_FALSE(result.findings.empty());
  const auto found = std::ranges::find(result.findings, "unenforced-field", &Finding::rule);
  REQUIRE(found != result.findings.end());
  CHECK(found->severity == Severity::error);
  CHECK(found->field == "docker.privileged");
  CHECK(found->message ==
        "the engine made a different container than was approved: privileged was to be none, but is true");
  CHECK_FALSE(engine.was_called("start"));
  CHECK(engine.was_called("remove"));
}

TEST_CASE("what the engine would drop is refused before it is asked for anything") {
  FakeEngine engine;
  ContainerSpec spec = plain_spec();
  spec.pid_mode = declared(NamespaceSetting{NamespaceMode::path, "/proc/1/ns/pid"});
  const RunResult result = run_with(engine, spec);
  CHECK(result.status() == RunStatus::refused);
  CHECK(result.exit_status() == 126);
  CHECK(result.message == "this docker cannot honour what was approved; nothing was run");
  const auto found = std::ranges::find(result.findings, "unenforced-field", &Finding::rule);
  REQUIRE(found != result.findings.end());
  CHECK(found->severity == Severity::error);
  CHECK(found->message == "this docker cannot honour pid_mode: only podman joins a namespace by its path");
  CHECK(engine.calls().empty());
}

TEST_CASE("a difference points at the place of the manifest that was not honoured") {
  FakeEngine engine;
  engine.on_describe = [](json::object& made) { made.at("HostConfig").as_object().erase("Memory"); };
  ContainerSpec spec = plain_spec();
  spec.source = std::make_shared<const SourceText>(SourceText{.name = "s.toml", .directory = "/srv", .text = "x"});
  spec.memory = Setting<std::int64_t>{
      std::int64_t{1} << 26,
      {.kind = OriginKind::manifest, .field = "docker.memory", .span = {{3, 5}, {3, 9}}, .text = "64m"}};
  const RunResult result = run_with(engine, spec);
  CHECK(result.status() == RunStatus::refused);
  const auto found = std::ranges::find(result.findings, "unenforced-field", &Finding::rule);
  REQUIRE(found != result.findings.end());
  CHECK(found->source == spec.source);
  CHECK(found->span.begin.line == 3);
  CHECK(found->field == "docker.memory");
  CHECK(found->evidence == "64m");
  CHECK(found->remediation == "remove the limit, or use an engine that can enforce it");
}

TEST_CASE("an answer that makes no sense is a failure of the engine, and nothing starts") {
  FakeEngine engine;
  engine.on_describe = [](json::object& made) { made.erase("HostConfig"); };
  const RunResult result = run_with(engine, plain_spec());
  CHECK(result.status() == RunStatus::engine_error);
  CHECK(result.message == "the engine's description of the container has no readable HostConfig");
  CHECK_FALSE(engine.was_called("start"));
  CHECK(engine.was_called("remove"));
}

TEST_CASE("an image that was exchanged after it was looked at does not run") {
  FakeEngine engine;
  engine.on_call = [&](const std::string& name) {
    if (name == "create") engine.image->id = "sha256:2";
  };
  const RunResult result = run_with(engine, plain_spec());
  CHECK(result.status() == RunStatus::refused);
  CHECK(result.image_id == "sha256:1");
}

TEST_CASE("a bind source that becomes a symlink is refused before the start, and killed when it happens at the start") {
  namespace fs = std::filesystem;
  for (const std::string moment : {"never", "create", "start"}) {
    CAPTURE(moment);
    const TemporaryFolder temporary;
    const fs::path folder = temporary.path();
    fs::create_directory(folder / "shown");
    fs::create_directory(folder / "hidden");
    FakeEngine engine;
    engine.play = [](const Skill& skill) { skill.next_signal(std::chrono::milliseconds{200}); };
    engine.on_call = [&](const std::string& name) {
      if (name != moment) return;
      fs::remove(folder / "shown");
      fs::create_directory_symlink(folder / "hidden", folder / "shown");
    };
    ContainerSpec spec = plain_spec();
    spec.mounts = {declared(bind_mount(folder / "shown", "/data"))};
    const RunResult result = run_with(engine, spec);
    CHECK(result.status() == (moment == "never" ? RunStatus::exited : RunStatus::refused));
    CHECK(engine.was_called("start") == (moment != "create"));
    CHECK(engine.was_called("kill 9") == (moment == "start"));
    CHECK(engine.was_called("remove"));
    if (moment == "never") continue;
    const auto found = std::ranges::find(result.findings, "unenforced-field", &Finding::rule);
    REQUIRE(found != result.findings.end());
    CHECK(found->message.find("leads to '" + (folder / "hidden").string() + "' now") != std::string::npos);
  }
}

TEST_CASE("paths of an engine on another machine are not looked for on this one") {
  FakeEngine engine;
  engine.info_.remote = true;
  ContainerSpec spec = plain_spec();
  spec.mounts = {declared(bind_mount("/proc/self", "/data"))};  // a symlink here
  CHECK(run_with(engine, spec).status() == RunStatus::exited);
  const EngineHost host(engine);
  CHECK(host.engine_is_remote());
  CHECK_FALSE(host.reads_file_system());
  CHECK_FALSE(host.real_path("/proc/self"));
  CHECK_FALSE(host.exists("/proc"));
  CHECK_FALSE(host.is_socket("/proc"));
  engine.info_.remote = false;
  CHECK(host.real_path("/usr/..") == "/");
  CHECK(host.exists("/proc") == true);
}

TEST_CASE("the host view tells the engine's volumes and platform") {
  FakeEngine engine;
  const EngineHost host(engine);
  CHECK_FALSE(host.existing_volume("data").has_value());
  engine.volume = VolumeInfo{.driver = "local", .options = {{"device", "/etc"}}};
  const auto volume = host.existing_volume("data");
  REQUIRE(volume);
  CHECK(volume->driver == "local");
  CHECK(volume->options.size() == 1);
  // What cannot be told is a volume that nobody made for this skill.
  engine.failures["inspect_volume"] = {EngineError::Kind::server, "no"};
  REQUIRE(host.existing_volume("data"));
  CHECK(host.existing_volume("data")->labels.empty());
}

}  // namespace skillrun::test
