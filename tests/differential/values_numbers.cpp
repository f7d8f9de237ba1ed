// Numbers, sizes, times and plain texts.
#include <fmt/format.h>

#include "grammar.hpp"

namespace differential {

std::string boolean_text(Random& random) {
  if (random.chance(75)) {
    return random.pick({"true", "false", "1", "0", "t", "f", "T", "F", "TRUE", "FALSE", "True", "False"});
  }
  return random.pick({"", "yes", "no", "on", "tRUE", "2", " true", "true ", "truE", "\"true\"", "-1", "y", "N"});
}

std::string integer_text(Random& random) {
  if (random.chance(55)) return std::to_string(random.between(0, 2000));
  if (random.chance(40)) return std::to_string(random.between(-1000, 100));
  return random.pick({"0",
                      "-0",
                      "+5",
                      "00",
                      "010",
                      "0x10",
                      "0b11",
                      "0o17",
                      "1_000",
                      "1e3",
                      "1.0",
                      " 5",
                      "5 ",
                      "",
                      "9223372036854775807",
                      "9223372036854775808",
                      "-9223372036854775808",
                      "18446744073709551616",
                      "4294967296",
                      "65536",
                      "max",
                      "-1",
                      "0_1",
                      "\xD9\xA3"});
}

std::string size_text(Random& random) {
  const auto unit = [&] {
    return random.pick({"", "b", "k", "m", "g", "K", "M", "G", "kb", "mb", "gb", "KiB", "mib", "GB", "t", "p", "B"});
  };
  if (random.chance(60))
    return fmt::format("{}{}", random.between(1, 900), random.pick({"m", "M", "g", "k", "mb", ""}));
  if (random.chance(50)) return fmt::format("{}.{}{}", random.between(0, 20), random.between(0, 99), unit());
  return random.pick({"0",
                      "-1",
                      "-1m",
                      "+5m",
                      "1e3m",
                      ".5g",
                      "5.m",
                      "0x1p3",
                      "0x10",
                      "1_000m",
                      "inf",
                      "inf b",
                      "nan",
                      "Infinity",
                      "1e30",
                      "9223372036854775807",
                      "9223372036854775808",
                      "8e",
                      "1eb",
                      "1 m",
                      " 1m",
                      "1m ",
                      "1  m",
                      "",
                      "m",
                      "1mm",
                      "1mi",
                      "1bb",
                      "1ib",
                      "6m",
                      "5m",
                      "00005m",
                      "1,5g",
                      "1.5.5g",
                      "1\xC2\xB5",
                      "\xE2\x84\xAA",
                      "1\xE2\x84\xAA",
                      "1E3",
                      "0.0000001k",
                      "-0",
                      "1e-3g",
                      "0x1.8p1m"});
}

std::string cpus_text(Random& random) {
  if (random.chance(60)) return fmt::format("{}.{}", random.between(0, 8), random.between(0, 999));
  return random.pick({"1",   "2",   "0",     "-1",           "0x10",         "1e2",         "1e-2",
                      "1/2", "3/7", ".5",    "5.",           "0.0000000001", "0.123456789", "1.0000000000",
                      "",    "inf", "nan",   "1_0",          "1,5",          " 1",          "+1",
                      "010", "0b1", "0.1e1", "999999999999", "1e400",        "1p2",         "0o7"});
}

std::string duration_text(Random& random) {
  if (random.chance(60)) return fmt::format("{}{}", random.between(0, 90), random.pick({"s", "ms", "m", "h"}));
  return random.pick({"0", "1h30m", "1.5s", ".5s", "1s1s", "-1s", "+1s", "1", "", "1d", "1us", "1\xC2\xB5s",
                      "1\xCE\xBCs", "1ns", "9999999h", "1e3s", "1 s", "s", "1S"});
}

std::string name_text(Random& random) {
  if (random.chance(60)) return random.pick({"web", "db-1", "cache_2", "a", "x.y", "Tool"});
  return random.pick({"", "/web", "../x", "a b", "-x", "a/b", "a:b", "a=b", "a,b", "\xC3\xA9", "name=host", "host",
                      "none", ".", "_x", "a\nb", "local", "system.slice"});
}

std::string free_text(Random& random) {
  return random.pick({"x", "a=b", "ndots:1", "", " ", "a b", "a,b", "\"x\"", "'x'", "$HOME", "${HOME}", "$$", "\\n",
                      "a\nb", "\xC3\xA9", "-", "--", "=", "#"});
}

}  // namespace differential
