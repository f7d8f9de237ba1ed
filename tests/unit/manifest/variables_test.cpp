#include <cstdlib>

#include "support.hpp"

using namespace skillrun;

namespace {

const MapVariables variables(
    {{"A", "a"}, {"EMPTY", ""}, {"DOLLAR", "${A}$$"}, {"_x9", "u"}, {"BIG", std::string(700'000, 'b')}});

std::string expand(std::string_view text) {
  const auto result = expand_variables(text, variables);
  if (result) return *result;
  return fmt::format("{} at {}: {}", result.error().undefined ? "undefined" : "syntax", result.error().offset,
                     result.error().message);
}

}  // namespace

TEST_CASE("variables are expanded in every form") {
  CHECK(expand("") == "");
  CHECK(expand("plain") == "plain");
  CHECK(expand("${A}") == "a");
  CHECK(expand("<${A}${_x9}>") == "<au>");
  CHECK(expand("${A:-d}${A-d}${A:?m}${A?m}") == "aaaa");
  CHECK(expand("${NONE:-d}") == "d");
  CHECK(expand("${NONE-d}") == "d");
  CHECK(expand("${NONE:-}|${NONE-}") == "|");
}

TEST_CASE("a variable that is set but empty is not unset") {
  CHECK(expand("<${EMPTY}>") == "<>");
  CHECK(expand("<${EMPTY-d}>") == "<>");
  CHECK(expand("<${EMPTY:-d}>") == "<d>");
  CHECK(expand("<${EMPTY?m}>") == "<>");
  CHECK(expand("${EMPTY:?needed}") == "undefined at 0: the variable \"EMPTY\" is empty: needed");
}

TEST_CASE("defaults may hold variables, to any depth that is sane") {
  CHECK(expand("${NONE:-${A}}") == "a");
  CHECK(expand("${NONE:-x${ALSO_NONE-y${A}z}w}") == "xyazw");
  CHECK(expand("${A:-${NONE}}") == "a");
  CHECK(expand("${NONE:-$$}") == "$");
  CHECK(expand("${NONE:-{x}}") == "{x}");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "${N:-";
  CHECK(expand(deep).starts_with("syntax at 160: variables are nested deeper"));
}

TEST_CASE("a dollar that starts no reference stays, and two make one") {
  CHECK(expand("$") == "$");
  CHECK(expand("$A $(x) $1 a$") == "$A $(x) $1 a$");
  CHECK(expand("$$") == "$");
  CHECK(expand("$${A}") == "${A}");
  CHECK(expand("$$${A}") == "$a");
  CHECK(expand("}") == "}");
}

TEST_CASE("what a variable holds is never read again") { CHECK(expand("${DOLLAR}") == "${A}$$"); }

TEST_CASE("a variable without a value is told apart from wrong syntax") {
  CHECK(expand("x${NONE}") == "undefined at 1: the variable \"NONE\" is not set");
  CHECK(expand("${NONE?set ${A} first}") == "undefined at 0: the variable \"NONE\" is not set: set ${A} first");
  CHECK(expand("${NONE:?}") == "undefined at 0: the variable \"NONE\" is not set");
  CHECK(expand("${NONE:-${OTHER}}") == "undefined at 8: the variable \"OTHER\" is not set");
}

TEST_CASE("wrong syntax is an error with its offset, even where it is not needed") {
  CHECK(expand("ab${") == "syntax at 2: \"${\" is not closed with \"}\"");
  CHECK(expand("${A") == "syntax at 0: \"${\" is not closed with \"}\"");
  CHECK(expand("${A:-d") == "syntax at 0: \"${\" is not closed with \"}\"");
  CHECK(expand("${A:-${B}") == "syntax at 0: \"${\" is not closed with \"}\"");
  CHECK(expand("${}") == "syntax at 0: \"${}\" names no variable");
  CHECK(expand("${:-d}") == "syntax at 0: \":\" cannot begin the name of a variable");
  CHECK(expand("${1}") == "syntax at 0: \"1\" cannot begin the name of a variable");
  CHECK(expand("${A B}") == "syntax at 3: \" \" cannot be in the name of a variable");
  CHECK(expand("${Aé}") == "syntax at 3: \"é\" cannot be in the name of a variable");
  CHECK(expand("${A:x}") == "syntax at 3: \":\" cannot be in the name of a variable");
  CHECK(expand("${A+x}") == "syntax at 3: \"+\" cannot be in the name of a variable");
  CHECK(expand("${A:-${}}") == "syntax at 5: \"${}\" names no variable");
  CHECK(expand("${NONE} ${") == "syntax at 8: \"${\" is not closed with \"}\"");
}

TEST_CASE("the size of the result is bounded") {
  CHECK(expand("${BIG}").size() == 700'000);
  CHECK(expand("${BIG}${BIG}").starts_with("syntax at"));
}

TEST_CASE("the environment is a source of variables") {
  REQUIRE(::setenv("SKILLRUN_TEST_VARIABLE", "", 1) == 0);
  CHECK(EnvironmentVariables().lookup("SKILLRUN_TEST_VARIABLE") == "");
  REQUIRE(::unsetenv("SKILLRUN_TEST_VARIABLE") == 0);
  CHECK_FALSE(EnvironmentVariables().lookup("SKILLRUN_TEST_VARIABLE").has_value());
}

TEST_CASE("an expansion tells which variables a value holds, where, and whether they had a value") {
  const MapVariables variables({{"A", "one"}, {"EMPTY", ""}});
  std::vector<Expansion> expansions;
  const auto list = [&](std::string_view text) {
    expansions.clear();
    (void)expand_variables(text, variables, &expansions);
    std::string shown;
    for (const Expansion& expansion : expansions) {
      shown += expansion.variable + " " + std::to_string(expansion.begin) + "-" + std::to_string(expansion.end) +
               (expansion.has_value ? "; " : " default; ");
    }
    return shown;
  };
  CHECK(list("x$${A}").empty());
  CHECK(list("x=${A}${A}") == "A 2-5; A 5-8; ");
  CHECK(list("${NONE:-a ${A}}") == "NONE 0-5 default; A 2-5; ");
  CHECK(list("${EMPTY}-${EMPTY:-x}") == "EMPTY 0-0; EMPTY 1-2 default; ");
  CHECK(list("${A:-${NONE}}") == "A 0-3; ");
  CHECK(list("${NONE}") == "NONE 0-0 default; ");
  // A name that begins like a built-in one is another variable.
  CHECK(list("${SKILL_WORKDIR_X:-./link}") == "SKILL_WORKDIR_X 0-6 default; ");
  CHECK(is_built_in_variable("SKILL_WORKDIR"));
  CHECK_FALSE(is_built_in_variable("SKILL_WORKDIR_X"));
}

TEST_CASE("no text may hold more variables than anybody needs") {
  std::string text;
  for (int i = 0; i < 256; ++i) text += "${NONE:-}";
  CHECK(expand_variables(text, MapVariables({})).has_value());
  CHECK_FALSE(expand_variables(text + "${NONE:-}", MapVariables({})).has_value());
}
