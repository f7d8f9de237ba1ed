#include "cli/completion.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace skillrun::cli;

namespace {

using Words = std::vector<std::string>;
using Paths = Completion::Paths;

const CommandEntry& program() {
  static const CommandEntry table = command_table();
  return table;
}

Completion completed(const Words& words) {
  CompletionSources sources;
  sources.skills = [](const Words& manifests, bool instances) {
    std::vector<Candidate> skills{{"ffmpeg", "Convert"}, {"jq", ""}, {"list", "named like a command"}};
    if (instances) skills.push_back({"ffmpeg@fast", ""});
    for (const std::string& manifest : manifests) skills.push_back({"of-" + manifest, ""});
    return skills;
  };
  sources.rules = {{"privileged", "p"}, {"privileged-port", ""}, {"root-user", ""}};
  sources.policies = {{"baseline", ""}, {"restricted", ""}};
  return complete(program(), words, sources);
}

Words words_of(const Completion& completion) {
  Words words;
  for (const Candidate& candidate : completion.candidates) words.push_back(candidate.word);
  return words;
}

bool offers(const Words& line, const std::string& word) {
  return std::ranges::count(words_of(completed(line)), word) == 1;
}

}  // namespace

TEST_CASE("a help text that is a list of words says what an option takes") {
  CHECK(listed_words("auto, always or never (default: auto)") == Words{"auto", "always", "never"});
  CHECK(listed_words("text or json") == Words{"text", "json"});
  CHECK(listed_words("error or never: what fails (default: error)") == Words{"error", "never"});
  CHECK(listed_words("auto, cli:PATH or docker") == Words{"auto", "docker"});
  CHECK(listed_words("Print the result, with the captured output, as JSON").empty());
  CHECK(listed_words("End the skill after this time, such as 90s or 5m").empty());
  CHECK(listed_words("quietly").empty());
  CHECK(listed_words("").empty());
}

TEST_CASE("the first word is a command or a skill") {
  const Words first = words_of(completed({""}));
  for (const CommandEntry& command : program().commands) {
    CAPTURE(command.name);
    CHECK(std::ranges::count(first, command.name) == 1);  // also of a skill that is named so
  }
  CHECK(std::ranges::count(first, "ffmpeg") == 1);
  CHECK(words_of(completed({"ff"})) == Words{"ffmpeg"});
  CHECK(completed({"ff"}).candidates.front().description == "Convert");
  CHECK(words_of(completed({"ffmpeg@"})) == Words{"ffmpeg@fast"});
  CHECK(offers({"-m", "x", ""}, "of-x"));
  CHECK(offers({"--manifest=x", ""}, "of-x"));
}

TEST_CASE("every command and option of the parser is completed") {
  for (const CommandEntry& command : program().commands) {
    for (const ArgumentEntry& option : command.options) {
      for (const std::string& name : option.names) {
        CAPTURE(command.name);
        CAPTURE(name);
        CHECK(offers({command.name, name}, name));
      }
    }
    CHECK(offers({command.name, "--ver"}, "--verbose"));
  }
  CHECK(offers({"--"}, "--engine"));
  CHECK_FALSE(offers({"--"}, "--timeout"));
}

TEST_CASE("values of options are completed, joined to them or not") {
  CHECK(words_of(completed({"--color", ""})) == Words{"auto", "always", "never"});
  CHECK(words_of(completed({"--color=al"})) == Words{"--color=always"});
  CHECK(words_of(completed({"list", "--format", "j"})) == Words{"json"});
  CHECK(offers({"lint", "--format", "sa"}, "sarif"));
  CHECK(offers({"check", "--fail-on", ""}, "never"));
  CHECK(completed({"lint", ""}).paths == Paths::files);
  CHECK(words_of(completed({"run", "--pull", ""})) == Words{"missing", "always", "never"});
  CHECK(offers({"--engine", ""}, "podman"));
  CHECK(words_of(completed({"-p", "r"})) == Words{"restricted"});
  CHECK(completed({"-p", "r"}).paths == Paths::files);
  CHECK(completed({"-m", ""}).paths == Paths::files);
  CHECK(completed({"run", "--workdir", ""}).paths == Paths::folders);
  CHECK(completed({"run", "--timeout", ""}).paths == Paths::none);
  CHECK(words_of(completed({"run", "--timeout", ""})).empty());
}

TEST_CASE("words of commands are completed") {
  CHECK(words_of(completed({"rules", "priv"})) == Words{"privileged", "privileged-port"});
  CHECK(words_of(completed({"rules", "root-user", ""})).empty());
  CHECK(words_of(completed({"schema", ""})) == Words{"manifest", "policy", "lint", "result"});
  CHECK(words_of(completed({"completion", ""})) == Words{"bash", "zsh", "fish"});
  CHECK(words_of(completed({"policy", ""})) == Words{"show", "test"});
  CHECK(words_of(completed({"policy", "show", "b"})) == Words{"baseline"});
  CHECK(completed({"policy", "test", "a.yaml", ""}).paths == Paths::files);
  CHECK(words_of(completed({"show", "j"})) == Words{"jq"});
  CHECK(words_of(completed({"pull", "jq", "ff"})) == Words{"ffmpeg"});
  CHECK(words_of(completed({"run", "li"})) == Words{"list"});
}

TEST_CASE("what follows the skill is the skill's") {
  CHECK(offers({"ffmpeg", "--time"}, "--timeout"));
  CHECK_FALSE(offers({"ffmpeg", "--eng"}, "--engine"));
  CHECK(completed({"ffmpeg", ""}).paths == Paths::files);
  CHECK(words_of(completed({"ffmpeg", "-i", "--"})).empty());
  CHECK(completed({"ffmpeg", "-i", "--"}).paths == Paths::files);
  CHECK(words_of(completed({"run", "jq", ".a", "--ti"})).empty());
  CHECK(words_of(completed({"jq", "--", "--ti"})).empty());
  CHECK(words_of(completed({"jq", "--timeout", "5s", "--ti"})) == Words{"--timeout"});
  CHECK(words_of(completed({"jq", "--timeout=5s", "-eA=1", "--ti"})) == Words{"--timeout"});
}
