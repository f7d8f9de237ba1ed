// Which files are linted, and which findings are reported.
#include <doctest/doctest.h>

#include "workplace.hpp"

using namespace skillrun::test;

namespace {

bool says(const integration::Outcome& outcome, const std::string& words) {
  return outcome.out.find(words) != std::string::npos || outcome.err.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("bare lint leaves alone what comes with the machine, which its user cannot change") {
  const Workplace place;
  const auto nothing = place.lint({});
  CHECK(nothing.status == 0);
  CHECK(nothing.out == "0 files, 0 skills: 0 errors, 0 warnings, 0 infos\n");
  place.write("skillrun.toml", skill());
  CHECK(says(place.lint({}), "1 file, 1 skill"));
}

TEST_CASE("--require-files fails where there was nothing to lint") {
  const Workplace place;
  place.write("notes.yaml", "a: 1\n");
  CHECK(place.lint({"."}).status == 0);
  const auto outcome = place.lint({".", "--require-files"});
  CHECK(outcome.status == 2);
  CHECK(says(outcome, "nothing was linted"));
  CHECK(place.lint({"--require-files"}).status == 2);
  place.write("skillrun.toml", skill());
  CHECK(place.lint({".", "--require-files"}).status == 0);
  CHECK(place.lint({".", "--require-files", "--exclude", "skillrun.toml"}).status == 2);
}

TEST_CASE("--exclude leaves out what it matches: found, named, and what a SKILL.md names") {
  const Workplace place;
  place.write("skillrun.toml", skill(privileged));
  place.write("vendor/a/skillrun.toml", skill(privileged));
  place.write("vendor/b.toml", skill(privileged));
  place.write("pdf/SKILL.md", "---\nname: pdf\ndescription: x\nmetadata:\n  skillrun-manifest: own.toml\n---\n");
  place.write("pdf/own.toml", skill(privileged));
  CHECK(says(place.lint({"."}), "5 files"));
  CHECK(says(place.lint({".", "--exclude", "vendor/"}), "3 files"));
  CHECK(says(place.lint({".", "--exclude", "vendor/*", "--exclude", "!vendor/b.toml"}), "4 files"));
  CHECK(says(place.lint({".", "--exclude", "/skillrun.toml"}), "4 files"));
  CHECK(says(place.lint({".", "--exclude", "own.toml"}), "4 files"));
  CHECK(says(place.lint({"pdf/SKILL.md", "--exclude", "own.toml"}), "1 file,"));
  CHECK(says(place.lint({"vendor", "./skillrun.toml", "--exclude", "skillrun.toml"}), "1 file,"));
  CHECK(says(place.lint({place.at("vendor").string(), "--exclude", "/vendor/a"}), "1 file,"));
  CHECK(says(place.lint({"--exclude", "skillrun.toml"}), "0 files"));
}

TEST_CASE("--min-severity reports nothing below it") {
  const Workplace place;
  place.write("skillrun.toml", skill(warned) + "\n[skills.other.docker]\nimage = \"debian:12\"\nprivileged = true\n");
  const auto all = place.lint({"."});
  CHECK(says(all, "info["));
  CHECK(says(all, "warning["));
  const auto warnings = place.lint({".", "--min-severity", "warning"});
  CHECK_FALSE(says(warnings, "info["));
  CHECK(says(warnings, "warning["));
  CHECK(says(warnings, "0 infos"));
  const auto errors = place.lint({".", "--min-severity", "error"});
  CHECK_FALSE(says(errors, "warning["));
  CHECK(says(errors, "error["));
  CHECK(errors.status == 1);
  CHECK(place.lint({".", "--min-severity", "error", "--fail-on", "never"}).status == 0);
}

TEST_CASE("what is not reported cannot be asked to fail") {
  const Workplace place;
  const auto outcome = place.lint({".", "--min-severity", "error", "--fail-on", "warning"});
  CHECK(outcome.status == 2);
  CHECK(says(outcome, "--fail-on is below --min-severity"));
}
