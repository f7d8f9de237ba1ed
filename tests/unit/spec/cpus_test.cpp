#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using skillrun::parse_nano_cpus;

TEST_CASE("a number of CPUs is read in billionths") {
  CHECK(parse_nano_cpus("0") == 0);
  CHECK(parse_nano_cpus("2") == 2'000'000'000);
  CHECK(parse_nano_cpus("0.5") == 500'000'000);
  CHECK(parse_nano_cpus("1.250") == 1'250'000'000);
  CHECK(parse_nano_cpus("0.000000001") == 1);
  CHECK(parse_nano_cpus("9223372035.999999999") == 9'223'372'035'999'999'999);
}

TEST_CASE("only plain decimals are CPUs") {
  for (const auto* text :
       {"",   ".",  ".5", "1.", "-1",    "+1",  "1e2",          "0x10",         "1/2",        "1_0",
        "02", "00", " 1", "1 ", "1.2.3", "two", "0.0000000001", "1.0000000000", "9223372036", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_nano_cpus(text).has_value());
  }
  CHECK_FALSE(parse_nano_cpus(std::string_view("1\0", 2)).has_value());
}
