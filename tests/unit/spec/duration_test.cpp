#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using skillrun::parse_duration;
using namespace std::chrono_literals;

TEST_CASE("a duration is a sequence of numbers with units") {
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("10us") == 10us);
  CHECK(parse_duration("10\u00b5s") == 10us);
  CHECK(parse_duration("10\u03bcs") == 10us);
  CHECK(parse_duration("7ns") == 7ns);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("000s") == 0s);
  CHECK(parse_duration("1m1m") == 2min);
}

TEST_CASE("fractions of a unit are exact") {
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("0.1h") == 6min);
  CHECK(parse_duration("1.000000001s") == 1000000001ns);
  CHECK(parse_duration("1.50000000000s") == 1500ms);
  CHECK(parse_duration("0.00000000001h") == 36ns);
}

TEST_CASE("a duration needs a unit") {
  for (const auto* text : {"0", "90", "1h30", "1.5"}) {
    CAPTURE(text);
    const auto refused = parse_duration(text);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("unit") != std::string::npos);
  }
}

TEST_CASE("what is not a duration is refused") {
  for (const auto* text : {"", "s", ".5s", "1.s", "-1s", "+1s", "1 s", " 1s", "1s ", "1d", "1S", "1e3s", "1sm", "1.5ns",
                           "0.0000000001s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("a duration never overflows") {
  CHECK(parse_duration("2562047h") == 2562047h);
  CHECK(parse_duration("9223372036854775807ns") == std::chrono::nanoseconds::max());
  for (const auto* text :
       {"2562048h", "9223372036854775808ns", "9223372036854775807ns1ns", "2562047h60m", "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}
