// An engine that dies in the middle of a request and comes back.
#include <doctest/doctest.h>

#include <atomic>

#include "own_engine.hpp"
#include "socket_server.hpp"
#include "world.hpp"

using namespace integration;

namespace fs = std::filesystem;

namespace {

/// The engine comes back; gc leaves no container.
void clean_up(const World& world) {
  OwnEngine::instance().start();
  const Outcome gc = world.skillrun({"gc"});
  CHECK_MESSAGE(gc.status == 0, gc.out, gc.err);
  CHECK(containers().empty());
}

/// Runs a skill through a relay; the engine dies as soon as a request with `marker` has reached it. Then it is started
/// again and gc cleans up.
World::Result with_death_at(const World& world, const std::string& marker, const std::string& script) {
  OwnEngine& engine = OwnEngine::instance();
  std::atomic<bool> died = false;
  World::Result result;
  {
    const SocketServer server([&](int connection) {
      relay(connection, engine.socket(), [&](const std::string& bytes) {
        if (contains(bytes, marker) && !died.exchange(true)) engine.kill();
      });
    });
    const fs::path file = world.folder() / "result.json";
    Command command = world.command({"run", "--result-file", file, "t", "--", "sh", "-c", script});
    command.argv[2] = server.selection();
    result.outcome = run(command);
    boost::system::error_code error;
    const auto document = skillrun::json::parse(read_file(file), error);
    REQUIRE_MESSAGE(!error, result.outcome.err);
    result.document = document.as_object();
  }
  CHECK(died);
  CHECK_FALSE(result.outcome.timed_out);
  clean_up(world);
  return result;
}

}  // namespace

TEST_SUITE_BEGIN("dying");

TEST_CASE_FIXTURE(World, "an engine that dies during create is an error of the engine") {
  const auto result = with_death_at(*this, "/containers/create", "echo never");
  CHECK(result.outcome.status == 125);
  CHECK((result.status() == "engine-error" || result.status() == "engine-unavailable"));
  CHECK(result.outcome.out.empty());
  CHECK(result.outcome.err.size() > 20);
}

TEST_CASE_FIXTURE(World, "an engine that dies while the skill runs is an error of the engine, not the skill's end") {
  Process process(command({"t", "--", "sh", "-c", "echo ready; sleep 30; echo never"}));
  REQUIRE(process.wait_for_output("ready"));
  OwnEngine::instance().kill();
  const Outcome outcome = process.finish();
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.status == 125);
  CHECK(outcome.out == "ready\n");
  CHECK(outcome.err.size() > 20);
  CHECK(outcome.took < std::chrono::seconds(20));
  clean_up(*this);
}

TEST_CASE_FIXTURE(World, "an engine that is stopped ends the skill, and that is told") {
  Process process(command({"t", "--", "sh", "-c", "echo ready; exec sleep 30"}));
  REQUIRE(process.wait_for_output("ready"));
  OwnEngine::instance().stop();
  const Outcome outcome = process.finish();
  CHECK_FALSE(outcome.timed_out);
  // The skill's own end by the engine's signal, where the engine still tells of it.
  CHECK((outcome.status == 125 || outcome.status == 143));
  CHECK(outcome.out == "ready\n");
  clean_up(*this);
}

TEST_CASE_FIXTURE(World, "an engine that dies at the start is an error of the engine") {
  const auto result = with_death_at(*this, "/start HTTP", "sleep 30");
  CHECK(result.outcome.status == 125);
  CHECK((result.status() == "engine-error" || result.status() == "engine-unavailable"));
  CHECK(result.outcome.err.size() > 20);
}

TEST_CASE_FIXTURE(World, "an engine that dies at the remove leaves the skill's own result, and gc the rest") {
  const auto result = with_death_at(*this, "DELETE ", "echo done; exit 3");
  CHECK(result.outcome.status == 3);
  CHECK(result.status() == "exited");
  CHECK(result.outcome.out == "done\n");
  // The engine may have removed it before it died.
  CHECK((result.outcome.err.empty() || contains(result.outcome.err, "`skillrun gc` removes it")));
}

TEST_SUITE_END();
