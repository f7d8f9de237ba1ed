// Bind sources under names that nobody can exchange, and what happens where that fails.
#include "run/source_pins.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "unit/engine/api_full_spec.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using skillrun::testing::bind_mount;
using skillrun::testing::declared;

EngineInfo podman_program() {
  EngineInfo info;
  info.kind = "podman";
  info.mounter = EngineInfo::Mounter::child;
  info.transport = "cli";
  return info;
}

std::vector<HeldSource> held(const std::string& path, int flags) {
  std::vector<HeldSource> sources;
  sources.push_back({.path = path, .fd = UniqueFd(::open(path.c_str(), flags | O_CLOEXEC)), .folder = true});
  return sources;
}

}  // namespace

TEST_CASE("a source that cannot be mounted for an engine that could have it refuses the run") {
  if (::geteuid() != 0) return;  // only root may mount for a program that it starts
  const TemporaryFolder folder;
  ContainerSpec spec = plain_spec();
  spec.mounts = {declared(bind_mount(folder.path(), "/d"))};
  // A source that is gone by now.
  std::vector<HeldSource> gone = held(folder.path(), O_PATH);
  gone.front().fd.reset();
  const auto pins = SourcePins::make(spec, gone, podman_program());
  REQUIRE_FALSE(pins);
  REQUIRE(pins.error().size() == 1);
  CHECK(pins.error().front().rule == "unenforced-field");
  CHECK(pins.error().front().message.starts_with(
      "the bind sources cannot be mounted for the engine as they were judged: "));
}

TEST_CASE("where this process may not mount for the engine there are no pins, and that is not a failure") {
  const TemporaryFolder folder;
  ContainerSpec spec = plain_spec();
  spec.mounts = {declared(bind_mount(folder.path(), "/d"))};
  EngineInfo elsewhere = podman_program();
  elsewhere.remote = true;
  const auto pins = SourcePins::make(spec, held(folder.path(), O_PATH), elsewhere);
  REQUIRE(pins);
  CHECK(pins->aliases().empty());
}

}  // namespace skillrun::test
