// Baselines: what is known is left out, what is new is reported.
#include <doctest/doctest.h>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

LintReport report_of(const std::string& text) {
  LintReport report{.policy = Policy::builtin("baseline"), .files = {}};
  report.files.push_back(lint_toml(text));
  return report;
}

}  // namespace

TEST_CASE("a baseline stays valid after lines move, and reports a new fault in an old file") {
  const std::string old = "extra_args = [\"--pid=host\"]\n";
  const Baseline baseline = Baseline::of(report_of(skill(old)));
  CHECK(baseline.size() == 1);
  const auto read = Baseline::parse(baseline.text());
  REQUIRE(read);
  LintReport moved = report_of("# moved\n\n" + skill("\n" + old));
  read->apply(moved);
  CHECK(moved.files[0].findings.empty());
  CHECK(moved.baselined == 1);
  CHECK(summarize(moved).baselined == 1);
  LintReport more = report_of(skill("volumes = [\"/etc:/x:ro\"]\n" + old));
  read->apply(more);
  CHECK(found(more.files[0]) == std::vector<std::string>{"sensitive-mount 9:12"});
}

TEST_CASE("a second fault of a known kind is new") {
  const Baseline baseline = Baseline::of(report_of(skill("volumes = [\"/etc:/x:ro\"]\n")));
  LintReport twice = report_of(skill("volumes = [\"/etc:/x:ro\", \"/etc:/y:ro\"]\n"));
  baseline.apply(twice);
  CHECK(found(twice.files[0]) == std::vector<std::string>{"sensitive-mount 9:26"});
}

TEST_CASE("what is waived is not a part of a baseline") {
  const LintReport report =
      report_of(skill("extra_args = [\"--pid=host\"] # skillrun: allow host-pid until 2027-01-01 -- x\n"));
  CHECK(Baseline::of(report).size() == 0);
}

TEST_CASE("a baseline is written a finding a line, sorted, and again the same") {
  const LintReport report = report_of(skill("volumes = [\"/etc:/x:ro\"]\nextra_args = [\"--pid=host\"]\n"));
  const std::string text = Baseline::of(report).text();
  CHECK(text == Baseline::parse(text)->text());
  CHECK(text.starts_with(
      "{\"version\": 1, \"findings\": [\n{\"file\":\"skills.toml\",\"skill\":\"tool\",\"rule\":\"host-pid\","));
  CHECK(Baseline().text() == "{\"version\": 1, \"findings\": [\n]}\n");
  CHECK(Baseline::parse(Baseline().text()));
}

TEST_CASE("what is not a baseline is refused with a reason") {
  for (const std::string_view text :
       {"", "x", "[]", "{}", R"({"version": 2, "findings": []})", R"({"version": 1})",
        R"({"version": 1, "findings": 3})", R"({"version": 1, "findings": [1]})",
        R"({"version": 1, "findings": [{"fingerprint": "a"}]})",
        R"({"version": 1, "findings": [{"fingerprint": 1, "file": "", "skill": "", "rule": ""}]})"}) {
    CAPTURE(text);
    const auto baseline = Baseline::parse(text);
    REQUIRE_FALSE(baseline);
    CHECK(baseline.error().size() > 10);
  }
}

TEST_CASE("a file whose name is not text is known again too") {
  LintReport report{.policy = Policy::builtin("baseline"), .files = {}};
  report.files.push_back(lint_toml(skill("extra_args = [\"--pid=host\"]\n"), "\xff.toml"));
  const auto baseline = Baseline::parse(Baseline::of(report).text());
  REQUIRE(baseline);
  baseline->apply(report);
  CHECK(report.files[0].findings.empty());
}
