#include <doctest/doctest.h>

#include "support/strict_json.hpp"

using namespace skillrun;

namespace {

/// "POINTER: MESSAGE" of the fault; empty when the text is read.
std::string fault_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto value = parse_strict_json(text, limits);
  return value ? std::string() : value.error().pointer + ": " + value.error().message;
}

}  // namespace

TEST_CASE("a text that all readers agree about is read") {
  CHECK(fault_of(R"({"a": [1, {"b": null}], "A": "x", "": 1.5, "c": {"a": 1}})").empty());
  CHECK(fault_of(" [] \n").empty());
  CHECK(fault_of("7").empty());
  CHECK(parse_strict_json(R"({"a": [1, 2]})", {})->at("a").at(1).as_int64() == 2);
}

TEST_CASE("a name that stands twice in one object is refused with its place, however it is escaped") {
  CHECK(fault_of(R"({"a": 1, "b": 2, "a": 1})") == "/a: the name appears twice in one object");
  CHECK(fault_of(R"({"x": [0, {"a/b": 1, "a\u002fb": 2}]})") == "/x/1/a~1b: the name appears twice in one object");
  CHECK(fault_of(R"({"": 1, "": 2})") == "/: the name appears twice in one object");
  CHECK(fault_of(R"([{"a": 1}, {"a": 1}])").empty());
}

TEST_CASE("depth, entries and size are bounded") {
  const JsonLimits limits{.bytes = 60, .depth = 3, .entries = 4};
  CHECK(fault_of("[[[1]]]", limits).empty());
  CHECK(fault_of(R"({"a": [0, [[]]]})", limits) == "/a/1/0: objects and lists lie more than 3 deep in each other");
  CHECK(fault_of("[1, 2, 3, 4]", limits).empty());
  CHECK(fault_of("[[1, 2, 3, 4, 5]]", limits) == "/0/4: an object or list holds more than 4 entries");
  CHECK(fault_of(R"({"a":1,"b":1,"c":1,"d":1,"e":1})", limits) == "/e: an object or list holds more than 4 entries");
  CHECK(fault_of(std::string(61, ' '), limits) == ": it is larger than 60 bytes");
  CHECK_FALSE(fault_of(std::string(100'000, '[')).empty());
}

TEST_CASE("what is not JSON, not UTF-8, or followed by more is refused") {
  CHECK(fault_of("").starts_with(": it is not JSON"));
  CHECK(fault_of(R"({"a": 1)").starts_with("/a: it is not JSON"));
  CHECK(fault_of("{} {}").starts_with(": it is not JSON"));
  CHECK(fault_of("{}x").starts_with(": it is not JSON"));
  CHECK(fault_of(R"({"a": 01})").contains("it is not JSON"));
  CHECK(fault_of(R"({"a": 1,})").contains("it is not JSON"));
  CHECK(fault_of("{\"a\": \"\xff\"}") == ": it is not valid UTF-8 at byte 7");
  CHECK(fault_of("\xef\xbb\xbf{}").contains("it is not JSON"));
  // A lone surrogate: Go puts another character there.
  CHECK(fault_of(R"(["\ud800"])").contains("it is not JSON"));
  CHECK(fault_of("/* no */ {}").contains("it is not JSON"));
}

TEST_CASE("pointers escape what they are made of") {
  CHECK(pointer_below("", "HostConfig") == "/HostConfig");
  CHECK(pointer_below("/a", "b~c/d") == "/a/b~0c~1d");
}
