// One recipe is built by one process at a time.
#include "run/build_turn.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include "unit/environment.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using namespace std::chrono_literals;

const std::string recipe(64, 'a');
const std::string other_recipe(64, 'b');

}  // namespace

TEST_CASE("who comes second waits until the first has built, and knows that another may have") {
  const TemporaryFolder folder;
  const Environment state("XDG_STATE_HOME", folder.path() + "/state");
  std::optional<EngineResult<BuildTurn>> first = BuildTurn::take(recipe, {}, {});
  REQUIRE(*first);
  CHECK_FALSE((*first)->waited());
  std::atomic<bool> waiting = false;
  std::atomic<bool> built = false;
  std::thread second([&] {
    const auto turn = BuildTurn::take(recipe, [&] { waiting = true; }, {});
    CHECK(turn);
    CHECK(turn->waited());
    CHECK(built);
  });
  while (!waiting) std::this_thread::sleep_for(1ms);
  built = true;
  first.reset();
  second.join();
  CHECK_FALSE(BuildTurn::take(recipe, {}, {})->waited());
}

TEST_CASE("nobody waits for another recipe") {
  const TemporaryFolder folder;
  const Environment state("XDG_STATE_HOME", folder.path() + "/state");
  const auto one = BuildTurn::take(recipe, {}, {});
  const auto other = BuildTurn::take(other_recipe, {}, {});
  REQUIRE(other);
  CHECK_FALSE(other->waited());
}

TEST_CASE("waiting ends when the work is cancelled or its time is over") {
  const TemporaryFolder folder;
  const Environment state("XDG_STATE_HOME", folder.path() + "/state");
  const auto one = BuildTurn::take(recipe, {}, {});
  const auto late = BuildTurn::take(recipe, {}, {.deadline = 1ms});
  REQUIRE_FALSE(late);
  CHECK(late.error().kind == EngineError::Kind::deadline);
  Cancellation cancellation;
  cancellation.cancel();
  const auto cancelled = BuildTurn::take(recipe, {}, {.deadline = 1h, .cancellation = &cancellation});
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().kind == EngineError::Kind::cancelled);
}

TEST_CASE("where no lock can be had, nobody waits") {
  const TemporaryFolder folder;
  (void)folder.write("file", "");
  const Environment state("XDG_STATE_HOME", folder.path() + "/file");
  const Environment runtime("XDG_RUNTIME_DIR", folder.path() + "/file");
  const auto one = BuildTurn::take(recipe, {}, {});
  const auto two = BuildTurn::take(recipe, {}, {});
  REQUIRE(one);
  REQUIRE(two);
  CHECK_FALSE(two->waited());
}

}  // namespace skillrun::test
