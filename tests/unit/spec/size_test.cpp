#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using skillrun::parse_bytes;

namespace {

constexpr std::int64_t mib = 1024 * 1024;

}  // namespace

TEST_CASE("a size is a number of bytes, with units of 1024") {
  CHECK(parse_bytes("0") == 0);
  CHECK(parse_bytes("4096") == 4096);
  CHECK(parse_bytes("4096b") == 4096);
  CHECK(parse_bytes("1k") == 1024);
  CHECK(parse_bytes("512m") == 512 * mib);
  CHECK(parse_bytes("2g") == 2048 * mib);
  CHECK(parse_bytes("1t") == mib * mib);
  CHECK(parse_bytes("1p") == mib * mib * 1024);
}

TEST_CASE("a unit is written in any case, alone or with b or ib") {
  for (const auto* text : {"3m", "3M", "3mb", "3MB", "3Mb", "3mib", "3MiB", "3 m", "3 MiB"}) {
    CAPTURE(text);
    CHECK(parse_bytes(text) == 3 * mib);
  }
}

TEST_CASE("fractions are cut to whole bytes") {
  CHECK(parse_bytes("1.5g") == 1536 * mib);
  CHECK(parse_bytes("0.5k") == 512);
  CHECK(parse_bytes("1.9") == 1);
  CHECK(parse_bytes("0.1k") == 102);
  CHECK(parse_bytes("007m") == 7 * mib);
}

TEST_CASE("numbers beyond 2^53 are rounded as docker rounds them") {
  CHECK(parse_bytes("9007199254740993") == 9007199254740992);
}

TEST_CASE("spellings that versions of docker read differently are refused") {
  for (const auto* text : {"1e3m", ".5g", "5.",  "5.g", "0x10", "0x1p3", "1_000m", "inf", "inf b", "nan", "+1m",
                           "-1",   "-1m", "1ki", "1i",  "1ib",  "1.2.3", "1  m",   "1 ",  " 1",    "1\tm"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bytes(text).has_value());
  }
}

TEST_CASE("what is not a size is refused") {
  for (const auto* text : {"", "m", "b", "1x", "1mm", "1kbb", "1e", "lots", "1,5g", "1/2", "1\u212a"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bytes(text).has_value());
  }
  CHECK_FALSE(parse_bytes(std::string_view("1m\0", 3)).has_value());
}

TEST_CASE("a size never overflows into a negative number") {
  CHECK(parse_bytes("8191p") == 8191 * mib * mib * 1024);
  for (const auto* text : {"8192p", "9223372036854775807", "9223372036854775808", "99999999999999999999999p"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bytes(text).has_value());
  }
  CHECK_FALSE(parse_bytes(std::string(400, '9')).has_value());
}

TEST_CASE("a refused size says what was expected and found") {
  const auto refused = parse_bytes("12 parsecs");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message ==
        "expected a number of bytes such as 512m or 1.5g, found the unit 'parsecs' in '12 parsecs'; units are b, k, m, "
        "g, t and p");
}
