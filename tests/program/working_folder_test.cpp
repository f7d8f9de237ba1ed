// Where the program stands: a folder of any name, or one that is not there any more.
#include "program/place.hpp"

namespace program {

TEST_CASE("a folder of any name can be the one that is mounted") {
  StubEngine engine;
  const Place place;
  for (const char* name : {"a:b", "a,b", "a\"b", "a b", "a=b", "-v", "${HOME}"}) {
    CAPTURE(name);
    std::filesystem::create_directories(place.at("place") / name);
    integration::Command command = place.on(engine, {"tool", "said"});
    command.directory = place.at("place") / name;
    const integration::Outcome outcome = integration::run(command);
    CHECK_MESSAGE(outcome.status == 0, outcome.err);
    CHECK(outcome.out == "said");
    integration::Command elsewhere = place.on(engine, {"run", "--workdir", std::string("./") + name, "tool", "said"});
    elsewhere.directory = place.at("place");
    CHECK(integration::run(elsewhere).status == 0);
  }
}

TEST_CASE("who stands in a folder that was removed is told so, and nothing is looked for or run") {
  const StubEngine engine;
  const Place place;
  for (const std::string words : {"run tool said", "run play", "run --workdir /tmp play", "explain play", "list",
                                  "lint", "show play", "allow tool", "pull play"}) {
    CAPTURE(words);
    integration::Command command = place.on(engine, {});
    const std::string program = command.argv.front();
    command.argv = {"/bin/sh", "-c",
                    "/bin/mkdir gone && cd gone && /bin/rmdir ../gone && exec \"$0\" -m ../skillrun.toml " + words,
                    program};
    const integration::Outcome outcome = integration::run(command);
    CHECK(outcome.status != 0);
    CHECK_MESSAGE((outcome.err + outcome.out).contains("the working directory cannot be told"), outcome.err,
                  outcome.out);
  }
  CHECK(engine.requests().empty());
}

}  // namespace program
