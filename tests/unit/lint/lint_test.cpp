// What lint says of a manifest: everything, once, with fingerprints that outlive moved lines.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

using Lines = std::vector<std::string>;

std::set<std::string> fingerprints(const LintedFile& file) {
  std::set<std::string> all;
  for (const Finding& finding : file.findings) all.insert(finding.fingerprint);
  return all;
}

const Finding& finding_of(const LintedFile& file, std::string_view rule) {
  const auto finding = std::ranges::find(file.findings, rule, &Finding::rule);
  REQUIRE(finding != file.findings.end());
  return *finding;
}

}  // namespace

TEST_CASE("a manifest without faults has no findings") {
  const LintedFile file = lint_toml(skill());
  CHECK(found(file) == Lines{});
  CHECK(file.skills == Lines{"tool"});
  CHECK(file.path == "skills.toml");
}

TEST_CASE("what a skill and its instances share is said once, what an instance adds names it") {
  const LintedFile file = lint_toml(skill("extra_args = [\"--pid=host\"]\n") +
                                    "[skills.tool.instances.a.docker]\nmemory = \"32m\"\n"
                                    "[skills.tool.instances.b.docker]\nextra_args = [\"--ipc=host\"]\n");
  REQUIRE(found(file) == Lines{"host-pid 9:15", "host-ipc 13:15"});
  CHECK_FALSE(file.findings[0].instance);
  CHECK(file.findings[1].instance == "b");
}

TEST_CASE("faults of the format do not hide those of the policy, and nothing that follows from them is said") {
  const LintedFile file = lint_toml(
      skill("memroy = \"1g\"\nextra_args = [\"--pid=host\"]\n") +
      "\n[skills.other.docker]\nimage = \"x:1\"\nmemory = [1]\npids_limit = 9\nextra_args = [\"--privileged\"]\n");
  const Lines all = found(file);
  for (const std::string_view expected :
       {"unknown-key 9:1", "host-pid 10:15", "invalid-value 14:10", "privileged 16:15"}) {
    CAPTURE(expected);
    CHECK(std::ranges::count(all, expected) == 1);
  }
  const auto missing = [&](const Finding& finding) { return finding.rule == "memory-missing"; };
  CHECK(std::ranges::none_of(file.findings, missing));
}

TEST_CASE("a key that was misspelt is not missing as well") {
  std::string text = skill();
  text.replace(text.find("memory ="), 6, "memroy");
  CHECK(found(lint_toml(text)) == Lines{"unknown-key 3:1"});
}

TEST_CASE("a text that is not TOML at all is one finding with its place") {
  const LintedFile file = lint_toml("[skills.tool\nimage = 1\n");
  REQUIRE(file.findings.size() == 1);
  CHECK(file.findings[0].rule == "syntax-error");
  CHECK(file.findings[0].span.begin.line >= 1);
  CHECK(file.skills.empty());
}

TEST_CASE("a variable without a value is a warning, and its default is judged") {
  const LintedFile file = lint_toml(skill("volumes = [\"${NOWHERE}:/a\", \"${ELSE:-/etc}:/b\", \"${DATA}:/c\"]\n"));
  CHECK(finding_of(file, "undefined-variable").severity != Severity::error);
  CHECK(finding_of(file, "sensitive-mount").evidence == "${ELSE:-/etc}:/b");
}

TEST_CASE("a byte order mark moves no place") {
  const LintedFile file = lint_toml("\xef\xbb\xbf" + skill("extra_args = [\"--pid=host\"]\n"));
  REQUIRE(found(file) == Lines{"host-pid 9:15"});
  CHECK(file.findings[0].source == file.source);
}

TEST_CASE("fingerprints stay when lines move, blanks change or other faults come, and differ between faults") {
  const std::string faults = "extra_args = [\"--pid=host\", \"--ipc=host\"]\n";
  const LintedFile before = lint_toml(skill(faults));
  REQUIRE(fingerprints(before).size() == 2);
  for (const std::string& fingerprint : fingerprints(before)) CHECK(fingerprint.size() == 32);
  CHECK(fingerprints(lint_toml("# a comment\n\n\n" + skill("\n" + faults))) == fingerprints(before));
  const auto more = fingerprints(lint_toml(skill("volumes = [\"/etc:/x:ro\"]\n" + faults)));
  CHECK(std::ranges::includes(more, fingerprints(before)));
  CHECK(more.size() == 3);
  CHECK(fingerprints(lint_toml(skill(faults), "other.toml")) != fingerprints(before));
  CHECK(fingerprints(lint_toml(skill(faults, "other"))) != fingerprints(before));
}

TEST_CASE("of two faults that are alike each has a fingerprint") {
  const std::string one = "volumes = [\"/etc:/x:ro\"]\n";
  const std::string two = "volumes = [\"/etc:/x:ro\", \"/etc:/x:ro\"]\n";
  const auto first = fingerprints(lint_toml(skill(one)));
  const auto both = fingerprints(lint_toml(skill(two)));
  CHECK(std::ranges::includes(both, first));
  CHECK(both.size() > first.size());
}

TEST_CASE("a waived finding stays, is counted apart, and fails nothing") {
  LintReport report{.policy = Policy::builtin("baseline"), .files = {}};
  report.files.push_back(
      lint_toml(skill("extra_args = [\"--pid=host\"] # skillrun: allow host-pid until 2027-01-01 -- x\n")));
  REQUIRE(report.files[0].findings.size() == 1);
  CHECK(report.files[0].findings[0].waived);
  CHECK(summarize(report).waived == 1);
  CHECK(summarize(report).errors == 0);
  CHECK_FALSE(reaches(report, Severity::info));
}

TEST_CASE("what fails is what reaches the level") {
  LintReport report{.policy = Policy::builtin("baseline"), .files = {}};
  report.files.push_back(lint_toml(skill("ports = [\"8080:80\"]\n")));
  const LintSummary summary = summarize(report);
  CHECK(summary.files == 1);
  CHECK(summary.skills == 1);
  CHECK(summary.errors == 0);
  CHECK(summary.warnings > 0);
  CHECK_FALSE(reaches(report, Severity::error));
  CHECK(reaches(report, Severity::warning));
  CHECK(reaches(report, Severity::info));
  CHECK_FALSE(reaches(report, Severity::off));
}
