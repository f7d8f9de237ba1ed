// Mounts whose targets pass through links, so that the engine could put one here and the mount below it there.
#include <filesystem>

#include "unit/engine/api_full_spec.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

namespace fs = std::filesystem;
using skillrun::testing::bind_mount;
using skillrun::testing::declared;

const ContainerEntry folder{.kind = ContainerEntry::Kind::folder};

ContainerEntry link_to(std::string path) { return {.kind = ContainerEntry::Kind::link, .leads_to = std::move(path)}; }

/// A folder with a place that is mounted over itself, as masks of protected files are.
struct Project {
  Project() {
    fs::create_directory(path() / ".skillrun");
    spec.mounts = {declared(bind_mount(path(), "/workdir")),
                   declared(bind_mount(path() / ".skillrun", "/workdir/.skillrun"))};
    spec.mounts.back().origin = {.kind = OriginKind::policy_default, .field = "baseline", .span = {}, .text = {}};
  }
  [[nodiscard]] fs::path path() const { return fs::canonical(temporary.path()); }

  TemporaryFolder temporary;
  ContainerSpec spec = plain_spec();
};

RunResult run_with(FakeEngine& engine, const ContainerSpec& spec) {
  RunControl control;
  return execute(engine, approve(spec), {.input = -1, .output = -1, .error = -1, .capture = true}, control);
}

std::vector<std::string> looks(const FakeEngine& engine) {
  std::vector<std::string> paths;
  for (const std::string& call : engine.calls()) {
    if (call.starts_with("look_at ")) paths.push_back(call.substr(8));
  }
  return paths;
}

std::string message_of(const RunResult& result) {
  const auto found = std::ranges::find(result.findings, "unenforced-field", &Finding::rule);
  return found == result.findings.end() ? "" : found->message + " | " + found->remediation;
}

}  // namespace

TEST_CASE("a target that is a link of the image is refused before the start where a mount lies below it") {
  const Project project;
  FakeEngine engine;
  engine.entries = {{"/workdir", link_to("/tmp/l")}};
  const RunResult result = run_with(engine, project.spec);
  CHECK(result.status() == RunStatus::refused);
  CHECK(result.exit_status() == 126);
  CHECK(result.message == "a mount would not lie where it was approved; the container was removed and nothing was run");
  CHECK(message_of(result) == "the target '/workdir' is a link of the image, which leads to '/tmp/l' | write '/tmp/l'");
  CHECK(engine.was_called("remove"));
  CHECK_FALSE(engine.was_called("start"));
}

TEST_CASE("a target below a link of the image is refused too, and the place behind it is named") {
  Project project;
  for (auto& mount : project.spec.mounts) mount.value.target = "/var/run" + mount.value.target;
  FakeEngine engine;
  engine.entries = {{"/var", folder}, {"/var/run", link_to("../run")}};
  CHECK(message_of(run_with(engine, project.spec)) ==
        "the target '/var/run/workdir' passes through '/var/run', a link of the image, which leads to '/run' | write "
        "'/run/workdir'");
}

TEST_CASE("one question is enough for a working directory, and none for mounts that do not touch each other") {
  const Project project;
  FakeEngine engine;
  engine.entries = {{"/workdir", folder}};
  CHECK(run_with(engine, project.spec).status() == RunStatus::exited);
  CHECK(looks(engine) == std::vector<std::string>{"/workdir"});

  FakeEngine other;
  ContainerSpec apart = project.spec;
  apart.mounts.pop_back();
  other.entries = {{"/workdir", link_to("/elsewhere")}};
  CHECK(run_with(other, apart).status() == RunStatus::exited);
  CHECK(looks(other).empty());
}

TEST_CASE("below a component that is not there nothing is asked for") {
  Project project;
  for (auto& mount : project.spec.mounts) mount.value.target = "/a/b/c" + mount.value.target;
  FakeEngine engine;
  CHECK(run_with(engine, project.spec).status() == RunStatus::exited);
  CHECK(looks(engine) == std::vector<std::string>{"/a"});
}

TEST_CASE("a link in a folder that is mounted is one too") {
  Project project;
  fs::create_directory(project.path() / "real");
  fs::create_directory_symlink("real", project.path() / "link");
  project.spec.mounts.push_back(declared(bind_mount(project.path() / "real", "/workdir/link/deeper")));
  FakeEngine engine;
  CHECK(message_of(run_with(engine, project.spec)) ==
        "the target '/workdir/link/deeper' passes through '/workdir/link', a link of what is mounted above it, which "
        "leads to '/workdir/real' | write '/workdir/real/deeper'");
}

TEST_CASE("below a tmpfs there is no link, and what is in a volume docker is asked") {
  Project project;
  for (auto& mount : project.spec.mounts) mount.value.target = "/tmp" + mount.value.target;
  Mount tmpfs;
  tmpfs.type = MountType::tmpfs;
  tmpfs.target = "/tmp";
  project.spec.mounts.push_back(declared(tmpfs));
  FakeEngine engine;
  engine.entries = {{"/tmp", folder}, {"/tmp/workdir", link_to("/x")}};  // of the image, which the tmpfs covers
  CHECK(looks(engine).empty());
  CHECK(message_of(run_with(engine, project.spec)).empty());
  CHECK(looks(engine) == std::vector<std::string>{"/tmp"});

  project.spec.mounts.back().value.type = MountType::volume;
  project.spec.mounts.back().value.source = "data";
  FakeEngine docker;
  docker.entries = {{"/tmp", folder}, {"/tmp/workdir", link_to("/x")}};
  CHECK(message_of(run_with(docker, project.spec)).contains("a link of what is mounted above it"));
}

TEST_CASE("an engine that cannot tell runs nothing that needs to be told") {
  const Project project;
  FakeEngine engine;
  engine.failures["look_at"] = {EngineError::Kind::unsupported, "podman on another machine does not show that"};
  const RunResult result = run_with(engine, project.spec);
  CHECK(result.status() == RunStatus::refused);
  CHECK(
      message_of(result).starts_with("whether the target '/workdir' passes through a link of the image cannot be "
                                     "told: podman on another machine does not show that"));
  CHECK_FALSE(engine.was_called("start"));

  engine.failures["look_at"] = {EngineError::Kind::server, "out of order"};
  CHECK(run_with(engine, project.spec).status() == RunStatus::engine_error);
  CHECK_FALSE(engine.was_called("start"));
}

}  // namespace skillrun::test
