// What is said of a run on standard error.
#include "program/place.hpp"

namespace program {

TEST_CASE("what was said before a run is not said again when it fails") {
  const StubEngine engine([](const Skill&) { return 0; });
  const Place place;
  place.write("skillrun.toml",
              "[skills.tool.docker]\nimage = \"localhost:1/none:1\"\nplatform = \"linux/s390x\"\n"
              "labels = { \"acme.owner\" = \"me\" }\n");
  const integration::Outcome outcome = integration::run(place.on(engine, {"tool"}));
  CHECK(outcome.status == 125);
  CHECK(outcome.err.contains("linux/s390x"));
  const std::size_t first = outcome.err.find("warning[unknown-label]");
  REQUIRE(first != std::string::npos);
  CHECK(outcome.err.find("warning[unknown-label]", first + 1) == std::string::npos);
}

}  // namespace program
