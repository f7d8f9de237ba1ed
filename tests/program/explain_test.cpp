// What explain shows to people, and what of it only with --all.
#include "program/place.hpp"

namespace program {

namespace {

const std::string sized =
    "[skills.tool.docker]\nimage = \"localhost:1/none:1\"\nentrypoint = \"say\"\nmemory = \"512m\"\ncpus = \"0.5\"\n"
    "timeout = \"90m\"\nshm_size = \"1000000\"\ntmpfs = [\"/tmp:size=3g\"]\npids_limit = 1024\n";

}  // namespace

TEST_CASE("explain shows amounts in the units of manifests, and JSON as numbers") {
  const StubEngine engine([](const Skill&) { return 0; });
  const Place place;
  place.write("skillrun.toml", sized);
  const std::string text = integration::run(place.on(engine, {"explain", "tool"})).out;
  CAPTURE(text);
  const auto shows = [&](const std::string& field, const std::string& value) {
    const std::size_t at = text.find("\n  " + field + " ");
    REQUIRE(at != std::string::npos);
    const std::size_t begin = text.find_first_not_of(' ', at + field.size() + 3);
    CHECK(text.substr(begin, text.find("  ", begin) - begin) == value);
  };
  shows("memory", "512m");
  shows("memory_swap", "512m");
  shows("nano_cpus", "0.5 CPUs");
  shows("timeout", "90m");
  shows("shm_size", "1000000");
  shows("pids_limit", "1024");
  CHECK(text.contains("\"size\":\"3g\""));
  const std::string json = integration::run(place.on(engine, {"explain", "tool", "--format", "json"})).out;
  CHECK(json.contains("536870912"));
  CHECK(json.contains("3221225472"));
}

TEST_CASE("explain lists the rules that say something, and all of them with --all") {
  const StubEngine engine([](const Skill&) { return 0; });
  const Place place;
  place.write("skillrun.toml", sized);
  const auto rules = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"explain", "tool"});
    return integration::run(place.on(engine, std::move(words))).out;
  };
  const std::string some = rules({});
  CHECK(some.contains("--all lists them"));
  CHECK(some.contains("\n  root-user "));
  CHECK_FALSE(some.contains(" pass\n"));
  CHECK_FALSE(some.contains("\n  host-pid "));
  const std::string all = rules({"--all"});
  CHECK(all.contains("\n  host-pid "));
  CHECK_FALSE(all.contains("--all lists them"));
  CHECK(std::ranges::count(all, '\n') > std::ranges::count(some, '\n') + 100);
}

TEST_CASE("explain says which rule speaks for one that found the same fault") {
  const StubEngine engine([](const Skill&) { return 0; });
  const Place place;
  place.write("skillrun.toml", "[skills.tool.docker]\nimage = \"localhost:1/none:1\"\ncap_add = [\"SYS_ADMIN\"]\n");
  const auto line_of = [&](const std::string& rule, std::vector<std::string> options) {
    options.insert(options.begin(), {"explain", "tool"});
    const std::string text = integration::run(place.on(engine, std::move(options))).out;
    const std::size_t begin = text.find("\n  " + rule + " ");
    return begin == std::string::npos ? "" : text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
  };
  CHECK(line_of("cap-add-escape", {}).ends_with(" error"));
  CHECK(line_of("cap-add-baseline", {}) == "");
  CHECK(line_of("cap-add-baseline", {"--all"}).ends_with(" said by cap-add-escape"));
}

TEST_CASE("a mistyped command is told as a skill that is not there, with the command that was meant") {
  const StubEngine engine([](const Skill&) { return 0; });
  const Place place;
  const integration::Outcome outcome = integration::run(place.on(engine, {"explian", "tool"}));
  CHECK(outcome.status == 127);
  CHECK(outcome.err.starts_with("skillrun: no skill named 'explian'; did you mean the command `skillrun explain`?\n"));
}

TEST_CASE("a long description is cut in a list, and whole as JSON") {
  const StubEngine engine([](const Skill&) { return 0; });
  const Place place;
  const std::string words(200, 'x');
  place.write("skillrun.toml",
              "[skills.tool]\ndescription = \"" + words + "\"\n[skills.tool.docker]\nimage = \"localhost:1/none:1\"\n");
  const std::string text = integration::run(place.on(engine, {"list"})).out;
  CHECK(text.contains(std::string(47, 'x') + "...  "));
  CHECK_FALSE(text.contains(std::string(48, 'x')));
  CHECK(integration::run(place.on(engine, {"list", "--format", "json"})).out.contains(words));
}

}  // namespace program
