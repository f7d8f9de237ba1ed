// Env files are read as docker's client reads them.
#include "app/lint_variables.hpp"

#include <doctest/doctest.h>

using namespace skillrun::app;

namespace {

VariableMap read(std::string_view text) {
  VariableMap variables;
  REQUIRE(read_env_file(text, variables));
  return variables;
}

std::string fault(std::string_view text) {
  VariableMap variables;
  const auto result = read_env_file(text, variables);
  return result ? std::string() : result.error();
}

}  // namespace

TEST_CASE("lines are NAME=VALUE, and values are taken as they are") {
  CHECK(read("A=1\r\n# comment\n\n  B=x # y \nC=\"q\"\nD=") ==
        VariableMap{{"A", "1"}, {"B", "x # y "}, {"C", "\"q\""}, {"D", ""}});
}

TEST_CASE("a byte order mark is not part of the first name") {
  CHECK(read("\xef\xbb\xbf"
             "FIRST=1\nSECOND=2") == VariableMap{{"FIRST", "1"}, {"SECOND", "2"}});
}

TEST_CASE("what docker refuses is refused with its line, which may be a secret and is not shown") {
  CHECK(fault("A=1\nexport B=2") == "line 2: the name has a blank in it; leave `export` out");
  CHECK(fault("A B=2") == "line 1: the name has a blank in it");
  CHECK(fault("=x").contains("line 1 is not NAME=VALUE"));
  CHECK(fault("NAME").contains("line 1 is not NAME=VALUE"));
  CHECK(fault("A=\xff") == "line 1 is not valid UTF-8");
}
