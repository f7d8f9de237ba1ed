#include "spec/extra_args.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/text.hpp"

using namespace skillrun;

namespace {

std::vector<WrittenText> texts(const std::vector<std::string>& words) {
  std::vector<WrittenText> result;
  for (const std::string& word : words) result.push_back(WrittenText{.value = word, .span = {}, .written = {}});
  return result;
}

/// "name=value@word ..." for flags, then "!rule@word ..." for problems.
std::string parsed(const std::vector<std::string>& words) {
  const std::vector<WrittenText> as_texts = texts(words);
  const ParsedWords result = parse_extra_args(as_texts);
  std::string shown;
  for (const FlagUse& use : result.flags) shown += fmt::format("{}={}@{} ", use.flag->name, use.value, use.word);
  for (const WordProblem& problem : result.problems) shown += fmt::format("!{}@{} ", problem.rule, problem.word);
  if (!shown.empty()) shown.pop_back();
  return shown;
}

}  // namespace

TEST_CASE("a long flag takes its value from = or from the next word") {
  CHECK(parsed({"--memory=1g"}) == "memory=1g@0");
  CHECK(parsed({"--memory", "1g"}) == "memory=1g@1");
  CHECK(parsed({"--label", "--privileged"}) == "label=--privileged@1");
  CHECK(parsed({"--label="}) == "label=@0");
}

TEST_CASE("a boolean never takes the next word") {
  CHECK(parsed({"--privileged", "false"}) == "privileged=true@0 !flag-injects-positional@1");
  CHECK(parsed({"--privileged=false"}) == "privileged=false@0");
  CHECK(parsed({"--init="}) == "init=@0");
}

TEST_CASE("clusters are read letter by letter") {
  CHECK(parsed({"-itm", "5m"}) == "interactive=true@0 tty=true@0 memory=5m@1");
  CHECK(parsed({"-itv/:/h"}) == "interactive=true@0 tty=true@0 volume=/:/h@0");
  CHECK(parsed({"-itv=/:/h"}) == "interactive=true@0 tty=true@0 volume=/:/h@0");
  CHECK(parsed({"-v/:/h"}) == "volume=/:/h@0");
  CHECK(parsed({"-i=false"}) == "interactive=false@0");
  CHECK(parsed({"-v="}) == "volume==@0");
  CHECK(parsed({"-privileged"}) == "publish=rivileged@0");
}

TEST_CASE("hidden aliases are the flags they stand for") {
  CHECK(parsed({"--net=host"}) == "network=host@0");
  CHECK(parsed({"--dns-opt=x"}) == "dns-option=x@0");
}

TEST_CASE("what would replace the image is reported") {
  CHECK(parsed({"alpine"}) == "!flag-injects-positional@0");
  CHECK(parsed({"--"}) == "!flag-injects-positional@0");
  CHECK(parsed({"-"}) == "!flag-injects-positional@0");
  CHECK(parsed({""}) == "!flag-injects-positional@0");
  CHECK(parsed({"--memory"}) == "!flag-injects-positional@0");
  CHECK(parsed({"-itv"}) == "interactive=true@0 tty=true@0 !flag-injects-positional@0");
  CHECK(parsed({"\xe2\x80\x94privileged"}) == "!flag-injects-positional@0");  // an em dash is not a dash
}

TEST_CASE("unknown flags are reported with the closest name") {
  CHECK(parsed({"--memroy=1g", "--PRIVILEGED", "--priv", "--=x", "---init", "-Z", "-test.v"}) ==
        "!unknown-flag@0 !unknown-flag@1 !unknown-flag@2 !unknown-flag@3 !unknown-flag@4 !unknown-flag@5 "
        "!unknown-flag@6");
  const auto words = texts({"--memroy=1g"});
  CHECK(parse_extra_args(words).problems.at(0).remedy == "did you mean --memory?");
}

TEST_CASE("one faulty word hides no other") {
  CHECK(parsed({"--nonsense", "--net=host", "x", "-v/:/h"}) ==
        "network=host@1 volume=/:/h@3 !unknown-flag@0 !flag-injects-positional@2");
}

TEST_CASE("the table of flags is that of docker run") {
  std::ifstream file(std::string(SKILLRUN_SOURCE_DIR) + "/tests/data/docker_run_flags.tsv");
  REQUIRE(file);
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    CAPTURE(line);
    const auto cells = split(line, '\t');
    REQUIRE(cells.size() == 4);
    const DockerRunFlag* flag = find_docker_run_flag(cells[0]);
    REQUIRE(flag != nullptr);
    CHECK(std::string(flag->shorthand == 0 ? 0 : 1, flag->shorthand) == cells[1]);
    CHECK(flag->alias == cells[2]);
    const auto* const arity = flag->arity == FlagArity::boolean ? "boolean"
                              : flag->arity == FlagArity::one   ? "one"
                                                                : "list";
    CHECK(arity == cells[3]);
    CHECK((flag->set != nullptr));
    ++rows;
  }
  CHECK(rows == docker_run_flags().size());
}
