// What keeps a run from deciding the next one, and how long it stays.
#include "run/next_run_guard.hpp"

#include <algorithm>
#include <filesystem>

#include "run/noted_writes.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

/// A run in a folder that the skill can write, with one name of it kept.
struct GuardedRun : Run {
  TemporaryFolder folder;
  std::string root = std::filesystem::canonical(folder.path());
  std::string kept = root + "/.envrc";

  GuardedRun() {
    engine.info_.endpoint = "unix:///guarded";
    Mount mount;
    mount.type = MountType::bind;
    mount.source = root;
    mount.target = "/w";
    spec.mounts.push_back({mount, Origin{}});
    mount.source = kept;
    mount.target = "/w/.envrc";
    mount.read_only = true;
    spec.mounts.push_back(
        {mount, Origin{.kind = OriginKind::policy_default, .field = "p", .span = {}, .text = ".envrc"}});
  }

  /// Whether the record says that a skill can write there.
  [[nodiscard]] bool is_open() const {
    const auto places = all_written_places();
    REQUIRE(places);
    return std::ranges::any_of(*places, [&](const WrittenPlace& place) { return !place.end && place.root == root; });
  }
};

}  // namespace

TEST_CASE("what keeps the next run safe ends with the container") {
  GuardedRun run;
  run.engine.play = [&](const Skill&) {
    CHECK(run.is_open());
    CHECK(std::filesystem::exists(run.kept));
  };
  const RunResult result = run.go();
  CHECK_MESSAGE(result.status() == RunStatus::exited, result.message);
  CHECK_FALSE(run.is_open());
  CHECK(std::filesystem::is_empty(run.root));
}

TEST_CASE("what keeps the next run safe stays when nobody knows that the container is gone") {
  GuardedRun run;
  const EngineError gone{EngineError::Kind::unavailable, "gone"};
  SUBCASE("the engine went away while the skill ran") {
    run.engine.play = [&](const Skill&) { run.engine.failures = {{"inspect", gone}, {"remove", gone}}; };
  }
  SUBCASE("the answer to the start was lost") { run.engine.failures = {{"start", gone}, {"remove", gone}}; }
  (void)run.go();
  CHECK(run.is_open());
  CHECK(std::filesystem::exists(run.kept));
  // A harmless run in the same folder shares the stand-in and leaves it.
  GuardedRun next;
  next.spec.mounts = run.spec.mounts;
  CHECK(next.go().status() == RunStatus::exited);
  CHECK(run.is_open());
  CHECK(std::filesystem::exists(run.kept));
}

TEST_CASE("a run that never started its container keeps nothing, whatever becomes of that") {
  GuardedRun run;
  const EngineError gone{EngineError::Kind::unavailable, "gone"};
  run.engine.failures = {{"describe", gone}, {"remove", gone}};
  (void)run.go();
  CHECK_FALSE(run.is_open());
  CHECK(std::filesystem::is_empty(run.root));
}

}  // namespace skillrun::test
