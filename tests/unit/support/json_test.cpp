#include "support/json.hpp"

#include <doctest/doctest.h>

using namespace skillrun;

TEST_CASE("pretty JSON is indented, ends in a newline and reads back as the same value") {
  const json::value value{
      {"a", json::array{1, 0.5, "x\n"}}, {"b", json::object{}}, {"c", json::array{}}, {"d", nullptr}};
  const std::string text = pretty(value);
  CHECK(text == "{\n  \"a\": [\n    1,\n    0.5,\n    \"x\\n\"\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": null\n}\n");
  CHECK(json::parse(text) == value);
}
