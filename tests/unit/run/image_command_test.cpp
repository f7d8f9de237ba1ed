// Commands that an engine's own init would be started for in vain.
#include "unit/engine/api_full_spec.hpp"
#include "unit/run/runs.hpp"

namespace skillrun::test {

namespace {

using skillrun::testing::declared;
using Kind = ContainerEntry::Kind;

const ContainerEntry program{.kind = Kind::other};
const ContainerEntry plain{.kind = Kind::other, .executable = false};
const ContainerEntry folder{.kind = Kind::folder};

ContainerEntry link_to(std::string path) { return {.kind = Kind::link, .leads_to = std::move(path)}; }

/// A run of a command under an init, in an image of these files.
struct Called {
  explicit Called(std::string command, bool init = true) {
    run.spec.init = declared(init);
    run.spec.entrypoint = declared(std::move(command));
  }
  int status() { return run.go().exit_status(); }

  Run run;
};

int status_of(const std::string& command, const std::map<std::string, ContainerEntry>& files) {
  Called called(command);
  called.run.engine.entries = files;
  return called.status();
}

}  // namespace

TEST_CASE("a command that the image does not have, or nobody may execute, is no end of the skill") {
  Called called("tool");
  const RunResult result = called.run.go();
  CHECK(std::holds_alternative<outcome::NoSuchCommand>(result.outcome));
  CHECK(result.message.contains("the command is not in image example.org/tool:1"));
  CHECK(result.message.contains("'tool' is in no folder of its PATH, /usr/local/sbin:"));
  CHECK(!called.run.engine.was_called("start"));
  CHECK(called.run.engine.was_called("remove"));
  CHECK(status_of("/bin/tool", {{"/bin", folder}}) == 127);
  CHECK(status_of("/bin/tool", {{"/bin/tool", plain}}) == 126);
  CHECK(status_of("/bin/tool", {{"/bin/tool", folder}}) == 126);
  CHECK(status_of("/bin/tool", {{"/bin/tool", program}}) == 0);
}

TEST_CASE("without an init the engine says it, and nothing is looked at") {
  Called called("tool", false);
  CHECK(called.status() == 0);
  for (const std::string& call : called.run.engine.calls()) CHECK(!call.starts_with("look_at"));
}

TEST_CASE("a name is looked for in PATH, that of the manifest before that of the image") {
  CHECK(status_of("tool", {{"/usr/local/sbin/tool", program}}) == 0);
  CHECK(status_of("tool", {{"/usr/bin/tool", plain}}) == 126);
  CHECK(status_of("tool", {{"/usr/bin/tool", plain}, {"/sbin/tool", program}}) == 0);
  CHECK(status_of("tool", {{"/opt/tool", program}}) == 127);
  Called called("tool");
  called.run.engine.image->env = {"PATH=/opt"};
  called.run.engine.entries = {{"/opt/tool", program}};
  CHECK(called.status() == 0);
  called.run.spec.env = {declared(EnvironmentEntry{.name = "PATH", .value = "/elsewhere"})};
  CHECK(called.status() == 127);
}

TEST_CASE("a path is looked for from the working directory") {
  Called called("./tool");
  called.run.engine.entries = {{"/work/tool", program}};
  CHECK(called.status() == 127);
  called.run.engine.image->working_dir = "/work";
  called.run.engine.on_describe = [](json::object& made) { made["Config"].as_object()["WorkingDir"] = "/work"; };
  CHECK(called.status() == 0);
  called.run.spec.working_dir = declared<std::string>("/other");
  called.run.engine.on_describe = {};
  CHECK(called.status() == 127);
}

TEST_CASE("links are followed, and who goes in circles is left to the engine") {
  CHECK(status_of("/bin/tool", {{"/bin/tool", link_to("/usr/bin/tool")}, {"/usr/bin/tool", program}}) == 0);
  CHECK(status_of("/bin/tool", {{"/bin/tool", link_to("../usr/tool")}, {"/usr/tool", plain}}) == 126);
  CHECK(status_of("/bin/tool", {{"/bin/tool", link_to("gone")}}) == 127);
  CHECK(status_of("/bin/tool", {{"/bin/tool", link_to("/bin/tool")}}) == 0);
}

TEST_CASE("an engine that follows no link on the way is asked for each part of it") {
  Called called("/bin/tool");
  called.run.engine.entries = {{"/bin", link_to("usr/bin")}};
  called.run.engine.failures["look_at /bin/tool"] = {EngineError::Kind::unsupported, "a link"};
  CHECK(called.status() == 127);
  called.run.engine.entries["/usr/bin/tool"] = program;
  CHECK(called.status() == 0);
}

TEST_CASE("what is not certain is left to the engine: mounts, what runtimes add, engines that do not show") {
  Called called("/work/tool");
  Mount scratch;
  scratch.type = MountType::tmpfs;
  scratch.target = "/work";
  called.run.spec.mounts = {declared(scratch)};
  CHECK(called.status() == 0);
  CHECK(status_of("/dev/init", {}) == 0);
  Called silent("/bin/tool");
  silent.run.engine.failures["look_at /bin/tool"] = {EngineError::Kind::server, "no"};
  CHECK(silent.status() == 0);
  Called with_gpu("nvidia-smi");
  with_gpu.run.spec.runtime = declared<std::string>("nvidia");
  with_gpu.run.engine.on_describe = [](json::object& made) { made["HostConfig"].as_object()["Runtime"] = "nvidia"; };
  CHECK(with_gpu.status() == 0);
}

}  // namespace skillrun::test
