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

TEST_CASE("a skill runs beside one of its file that is at fault, which lint and its own run report") {
  const StubEngine engine([](const Skill&) { return 7; });
  const Place place;
  place.write("skillrun.toml",
              "[skills.whole.docker]\nimage = \"localhost:1/none:1\"\n"
              "[skills.broken.docker]\nimage = \"localhost:1/none:1\"\nmemry = \"1g\"\n");
  const integration::Outcome whole = integration::run(place.on(engine, {"whole"}));
  CHECK(whole.status == 7);
  CHECK_FALSE(whole.err.contains("memry"));
  for (const std::vector<std::string>& words : {std::vector<std::string>{"broken"}, {"lint", "skillrun.toml"}}) {
    CAPTURE(words.front());
    const integration::Outcome outcome = integration::run(place.on(engine, words));
    CHECK(outcome.status == (words.front() == "lint" ? 1 : 125));
    CHECK((outcome.out + outcome.err).contains("skillrun.toml:5:1"));
  }
}

TEST_CASE("a command that the image does not have, or that cannot be executed, is named, and nothing starts") {
  const StubEngine engine;
  const Place place;
  place.write("skillrun.toml",
              "[skills.missing.docker]\nimage = \"localhost:1/none:1\"\nentrypoint = \"missing\"\n"
              "[skills.plain.docker]\nimage = \"localhost:1/none:1\"\nentrypoint = \"/usr/bin/plain\"\n");
  const integration::Outcome missing = integration::run(place.on(engine, {"missing"}));
  CHECK(missing.status == 127);
  CHECK(missing.err.contains("the command is not in image localhost:1/none:1: 'missing' is in no folder of its PATH"));
  const integration::Outcome plain = integration::run(place.on(engine, {"plain"}));
  CHECK(plain.status == 126);
  CHECK(plain.err.contains("cannot be executed in image localhost:1/none:1: '/usr/bin/plain' is not executable"));
  CHECK(std::ranges::none_of(engine.requests(), [](const auto& request) { return request.ends_with("/start"); }));
}

}  // namespace program
