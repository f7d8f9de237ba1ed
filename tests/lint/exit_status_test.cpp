// Exit statuses of lint: 0 nothing, 1 findings, 2 whatever kept it from saying which.
#include <doctest/doctest.h>

#include "workplace.hpp"

using namespace skillrun::test;
using integration::Outcome;

namespace {

void check_fails(const Outcome& outcome, const std::string& says) {
  CAPTURE(outcome.err);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find(says) != std::string::npos);
}

}  // namespace

TEST_CASE("nothing found is status 0, an error is status 1") {
  const Workplace place;
  place.write("clean.toml", skill());
  place.write("bad.toml", skill(privileged));
  CHECK(place.lint({"clean.toml"}).status == 0);
  CHECK(place.lint({"bad.toml"}).status == 1);
  CHECK(place.lint({"clean.toml", "bad.toml"}).status == 1);
  CHECK(place.skillrun({"check", "bad.toml"}).status == 1);
}

TEST_CASE("--fail-on says from which severity on findings fail") {
  const Workplace place;
  place.write("bad.toml", skill(privileged));
  place.write("warned.toml", skill(warned));
  CHECK(place.lint({"warned.toml"}).status == 0);
  CHECK(place.lint({"--fail-on", "warning", "warned.toml"}).status == 1);
  CHECK(place.lint({"--fail-on=info", "warned.toml"}).status == 1);
  CHECK(place.lint({"--fail-on", "never", "bad.toml"}).status == 0);
  CHECK(place.lint({"--fail-on", "error", "bad.toml"}).status == 1);
}

TEST_CASE("wrong usage is status 2 and names the command's help") {
  const Workplace place;
  place.write("clean.toml", skill());
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--no-such-option"},
                                             {"--format", "xml", "clean.toml"},
                                             {"--fail-on", "fatal", "clean.toml"},
                                             {"--dry-run", "clean.toml"},
                                             {"--baseline", "a", "--write-baseline", "b", "clean.toml"},
                                             {"--format", "json", "--format", "sarif", "clean.toml"},
                                             {"--format", "json", "--output", "a", "--output", "b", "clean.toml"},
                                             {"--as", "ini", "clean.toml"},
                                             {"-", "clean.toml"},
                                             {"--fix", "-"}}) {
    CAPTURE(words);
    check_fails(place.lint(words), "skillrun lint --help");
  }
}

TEST_CASE("what cannot be read is status 2, with its name and why") {
  const Workplace place;
  place.write("clean.toml", skill());
  place.write("notes.txt", "x");
  place.write("empty", "");
  place.write("bad-policy.yaml", "apiVersion: 3\n");
  check_fails(place.lint({"nowhere.toml"}), "'nowhere.toml' cannot be read: No such file or directory");
  check_fails(place.lint({"notes.txt"}), "'notes.txt' is not named like a manifest");
  check_fails(place.skillrun({"-p", "nowhere.yaml", "lint", "clean.toml"}), "nowhere.yaml");
  check_fails(place.skillrun({"-p", "bad-policy.yaml", "lint", "clean.toml"}), "bad-policy.yaml");
  check_fails(place.lint({"--baseline", "nowhere.json", "clean.toml"}), "the baseline 'nowhere.json'");
  check_fails(place.lint({"--baseline", "empty", "clean.toml"}), "the baseline 'empty' is not");
  check_fails(place.lint({"--baseline", "clean.toml", "clean.toml"}), "--write-baseline makes a new one");
  check_fails(place.lint({"--env-file", "nowhere.env", "clean.toml"}), "the env file 'nowhere.env'");
  check_fails(place.lint({"--env-file", "notes.txt", "clean.toml"}), "line 1 is not NAME=VALUE");
  check_fails(place.lint({"--env", "NAME", "clean.toml"}), "--env 'NAME' gives no value");
  check_fails(place.lint({"--format", "json", "--output", "no/such/folder", "clean.toml"}), "no/such/folder");
  check_fails(place.lint({"--write-baseline", "no/such/folder", "clean.toml"}), "no/such/folder");
}

TEST_CASE("a file that cannot be read does not hide what was found in others") {
  const Workplace place;
  place.write("bad.toml", skill(privileged));
  std::filesystem::create_symlink("nowhere", place.at("skillrun.toml"));
  place.write("big/skillrun.toml", "# " + std::string(std::size_t{2} << 20, 'x') + "\n");
  const Outcome outcome = place.lint({"."});
  CHECK(outcome.status == 2);
  CHECK(outcome.out.find("error[privileged]") != std::string::npos);
  CHECK(outcome.err.find("'big/skillrun.toml' is larger than") != std::string::npos);
}
