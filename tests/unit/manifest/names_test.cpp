#include <regex>
#include <string>

#include <doctest/doctest.h>

#include "manifest/names.hpp"
#include "spec/scan.hpp"

using namespace skillrun;

TEST_CASE("the patterns of names say what the functions say") {
  const std::regex name{std::string(name_pattern)};
  const std::regex variable{std::string(environment_name_pattern)};
  for (const std::string& word : {std::string("jq"), std::string("a.b_c-D9"), std::string("9a"), std::string("_a"),
                                  std::string("-a"), std::string(".a"), std::string("a b"), std::string("a\n"),
                                  std::string("ä"), std::string(), std::string(64, 'x'), std::string(65, 'x')}) {
    CAPTURE(word);
    CHECK(std::regex_match(word, name) == is_valid_name(word));
    CHECK(std::regex_match(word, variable) == is_environment_name(word));
  }
}
