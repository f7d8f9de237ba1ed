// A baseline from its making to the fault that it does not know.
#include <doctest/doctest.h>

#include "workplace.hpp"

using namespace skillrun::test;

TEST_CASE("what a baseline knows fails nothing, also in moved lines; a new fault does") {
  const Workplace place;
  place.write("a.toml", skill(privileged));
  place.write("deep/b.toml", skill("extra_args = [\"--pid=host\"]\n", "other"));
  const auto made = place.lint({"--write-baseline", "known.json", "."});
  CHECK(made.status == 0);
  const std::string known = place.read("known.json");
  CHECK(known.find("\"file\":\"deep/b.toml\"") != std::string::npos);

  const auto again = place.lint({"--baseline", "known.json", "."});
  CHECK(again.status == 0);
  CHECK(again.out == "2 files, 2 skills: 0 errors, 0 warnings, 0 infos, 2 in the baseline\n");
  CHECK(place.lint({"--baseline", "known.json", "--fail-on", "info", place.at("deep").string()}).status == 0);

  place.write("a.toml", "# moved\n\n" + skill("\n" + privileged));
  CHECK(place.lint({"--baseline", "known.json", "."}).status == 0);
  place.write("a.toml", skill("extra_args = [\"--privileged\", \"--ipc=host\"]\n"));
  const auto more = place.lint({"--baseline", "known.json", "."});
  CHECK(more.status == 1);
  CHECK(more.out.find("error[host-ipc]") != std::string::npos);
  CHECK(more.out.find("error[privileged]") == std::string::npos);

  CHECK(place.lint({"--write-baseline", "known.json", "."}).status == 0);
  CHECK(place.lint({"--baseline", "known.json", "."}).status == 0);
  const std::string renewed = place.read("known.json");
  CHECK(renewed != known);
  CHECK(place.lint({"--write-baseline", "known.json", "."}).status == 0);
  CHECK(place.read("known.json") == renewed);
}

TEST_CASE("a baseline counts in every format") {
  const Workplace place;
  place.write("a.toml", skill(privileged));
  CHECK(place.lint({"--write-baseline", "known.json", "."}).status == 0);
  for (const std::string& format : every_format) {
    CAPTURE(format);
    const auto outcome = place.lint({"--baseline", "known.json", "--format", format, "a.toml"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("would run privileged") == std::string::npos);
  }
}
