// An engine whose disk is full.
#include <doctest/doctest.h>

#include "own_engine.hpp"
#include "world.hpp"

using namespace integration;

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("faults");

TEST_CASE_FIXTURE(World, "a full disk of the engine is an error that says so") {
  const fs::path filler = dynamic_cast<OwnDocker&>(OwnEngine::instance()).data_root() / "filler";
  (void)run(shell("dd if=/dev/zero of=\"$1\" bs=64k; dd if=/dev/zero of=\"$1.rest\" bs=512", {filler}));
  const auto result = result_of({"t", "--", "sh", "-c", "echo never"});
  fs::remove(filler);
  fs::remove(filler.string() + ".rest");
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "engine-error");
  CHECK(contains(result.outcome.err, "no space left on device"));
  CHECK(skillrun({"gc"}).status == 0);
  CHECK(containers().empty());
  CHECK(script("echo again").out == "again\n");
}

TEST_SUITE_END();
