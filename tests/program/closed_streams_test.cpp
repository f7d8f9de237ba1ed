// A standard descriptor that is closed is as /dev/null: never the number of a file of skillrun's own.
#include "program/place.hpp"
#include "support/json.hpp"

namespace program {

namespace json = boost::json;

namespace {

/// The program under a shell that closes the descriptors for which `closed` has a bit.
integration::Command with_closed(integration::Command command, unsigned closed) {
  std::string line = "\"$@\"";
  for (unsigned descriptor = 0; descriptor < 3; ++descriptor) {
    if ((closed & (1U << descriptor)) != 0) line += fmt::format(" {}{}&-", descriptor, descriptor == 0 ? '<' : '>');
  }
  command.argv.insert(command.argv.begin(), {"/bin/bash", "-c", line, "bash"});
  command.limit = std::chrono::seconds(30);
  return command;
}

}  // namespace

TEST_CASE("a run with any standard descriptors closed ends, and its files hold nothing of the skill's output") {
  const StubEngine engine([](const Skill& skill) {
    skill.print(R"({"status": "forged on output"})");
    skill.complain(R"({"status": "forged on error"})");
    skill.print(skill.read());
    return 7;
  });
  for (unsigned closed = 0; closed < 8; ++closed) {
    CAPTURE(closed);
    const Place place;
    integration::Command command =
        place.on(engine, {"-vv", "--log-file", "run.log", "run", "--result-file", "r.json", "play"});
    command.input = "typed";
    const integration::Outcome outcome = integration::run(with_closed(command, closed));
    check_healthy(outcome);
    CHECK(outcome.status == 7);
    const std::string document = place.read("r.json");
    CHECK_MESSAGE(json::parse(document).at("status").as_string() == "exited", document);
    CHECK(!document.contains("forged"));
    CHECK(place.read("run.log").contains("/containers/create"));
    CHECK(!place.read("run.log").contains("forged"));
    CHECK(outcome.out.contains("forged on output") == ((closed & 2U) == 0));
    CHECK(outcome.out.contains("typed") == ((closed & 3U) == 0));
    CHECK(outcome.err.contains("forged on error") == ((closed & 4U) == 0));
  }
}

TEST_CASE("what only writes fails with its output closed or full, and says so") {
  const StubEngine engine;
  const Place place;
  place.write("skillrun.toml", skillrun::test::skill());
  for (const std::vector<std::string>& words : {std::vector<std::string>{"version"},
                                                {"--help"},
                                                {"lint"},
                                                {"rules"},
                                                {"doctor"},
                                                {"schema", "manifest"},
                                                {"explain", "tool"},
                                                {"list"},
                                                {"run", "--json", "tool"}}) {
    CAPTURE(words.front());
    for (unsigned closed = 0; closed < 8; ++closed) {
      CAPTURE(closed);
      const integration::Outcome outcome = integration::run(with_closed(place.on(engine, words), closed));
      check_healthy(outcome);
      const bool writes = (closed & 2U) == 0;
      CHECK_MESSAGE((outcome.status == 0) == writes, outcome.err);
      if (!writes && (closed & 4U) == 0) CHECK(outcome.err.contains("standard output is closed"));
    }
    integration::Command full = place.on(engine, words);
    full.argv.insert(full.argv.begin(), {"/bin/bash", "-c", "\"$@\" > /dev/full", "bash"});
    const integration::Outcome outcome = integration::run(full);
    CHECK(outcome.status != 0);
    CHECK(outcome.err.contains("standard output cannot be written: No space left on device"));
  }
}

}  // namespace program
