#include "policy/policy_tests.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <skillrun/normalize.hpp>

#include "manifest/manifest_reader.hpp"
#include "policy/covered.hpp"
#include "policy/document/policy_document.hpp"
#include "policy/policy_data.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view home = "/home/user";
constexpr std::uint32_t id = 1000;

/// An ordinary user on a machine of which nothing else is known: the same everywhere, so that cases are too.
class TestHost final : public LexicalHost {
 public:
  explicit TestHost(std::chrono::year_month_day day) : LexicalHost(day) {}
  [[nodiscard]] std::optional<std::uint32_t> uid() const override { return id; }
  [[nodiscard]] std::optional<std::uint32_t> gid() const override { return id; }
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override { return std::vector{id}; }
  [[nodiscard]] std::vector<std::string> homes() const override { return {std::string(skillrun::home)}; }
};

struct Judgement {
  Findings findings;
  bool allowed = false;
};

Judgement not_understood(const Policy& policy, Findings findings) {
  return {.findings = apply_severities(policy, std::move(findings)), .allowed = false};
}

Judgement judge(const Policy& policy, const SourcePtr& source, const PolicyTest& test,
                std::chrono::year_month_day today) {
  // The table becomes a manifest whose places are those of the policy document.
  ValueNode root{.kind = NodeKind::table, .plain = false, .text = {}, .span = test.span, .items = {}, .members = {}};
  root.members.push_back({.key = "skills", .key_span = test.skills.span, .value = test.skills});
  Reporter reporter(source);
  Manifest manifest;
  manifest.source = source;
  decode_manifest(reporter, root, manifest);
  const SkillDefinition* skill = manifest.find_skill(test.skill);
  if (reporter.failed() || skill == nullptr) return not_understood(policy, reporter.take());
  const CallerContext caller{
      .workdir = test.workdir, .cwd = test.workdir, .home = std::string(home), .uid = id, .gid = id};
  const MapVariables variables(test.variables);
  const auto resolved = resolve_skill(manifest, *skill, test.instance, caller, variables);
  if (!resolved) return not_understood(policy, resolved.error());
  RunOverrides overrides;
  overrides.arguments = test.arguments;
  auto approved =
      admit(policy, normalize(*resolved, overrides, caller, variables), TestHost(test.date.value_or(today)));
  if (approved) return {.findings = approved->findings(), .allowed = true};
  return {.findings = std::move(approved.error().findings), .allowed = false};
}

std::string verdict(bool allowed) { return allowed ? "allowed" : "refused"; }

/// What the findings of a rule amount to, in the words of a test case.
std::string outcome(const Findings& findings, std::string_view rule) {
  Severity highest = Severity::off;
  bool waived = false;
  for (const Finding& finding : findings) {
    const auto severity = severity_of(finding, rule);
    if (!severity) continue;
    if (finding.waived) {
      waived = true;
    } else {
      highest = std::max(highest, *severity);
    }
  }
  return highest == Severity::off && waived ? "waived" : std::string(to_string(highest));
}

PolicyTestResult run(const Policy& policy, const SourcePtr& source, const PolicyTest& test,
                     std::chrono::year_month_day today) {
  Judgement judgement = judge(policy, source, test, today);
  PolicyTestResult result{.name = test.name,
                          .span = test.span,
                          .allowed = judgement.allowed,
                          .findings = std::move(judgement.findings),
                          .failures = {}};
  if (test.allowed && *test.allowed != result.allowed) {
    result.failures.push_back(
        fmt::format("expected {}, but it is {}", verdict(*test.allowed), verdict(result.allowed)));
  }
  for (const ExpectedRule& expected : test.findings) {
    const std::string wanted = expected.severity ? std::string(to_string(*expected.severity)) : "waived";
    const std::string found = outcome(result.findings, expected.rule);
    if (found != wanted) {
      result.failures.push_back(fmt::format("expected {}: {}, but it is {}", expected.rule, wanted, found));
    }
  }
  return result;
}

/// The rules that cases name and nobody knows.
Findings unknown_rules(const Policy& policy, const SourcePtr& source, const std::vector<PolicyTest>& tests) {
  Findings unknown;
  std::vector<std::string_view> ids;
  for (const RuleInfo& rule : rule_catalogue()) ids.push_back(rule.id);
  for (const CustomRule& rule : data_of(policy).settings.custom) ids.push_back(rule.id);
  for (const PolicyTest& test : tests) {
    for (const ExpectedRule& expected : test.findings) {
      if (std::ranges::find(ids, expected.rule) != ids.end()) continue;
      const auto near = closest(expected.rule, ids, 1);
      unknown.push_back(setting_fault(
          {.policy = policy.name(), .source = source, .span = expected.span}, "tests",
          fmt::format("no rule '{}'", printable(expected.rule)),
          near.empty() ? "`skillrun rules` lists all" : fmt::format("did you mean \"{}\"?", near.front())));
    }
  }
  sort_findings(unknown);
  return unknown;
}

}  // namespace

std::expected<PolicyTestReport, Findings> run_policy_tests(const SourcePtr& source, const PolicyFiles* files,
                                                           std::chrono::year_month_day today) {
  const auto policy = Policy::parse(source, files);
  if (!policy) return std::unexpected(policy.error());
  const auto document = read_policy_document(source, false);
  if (!document) return std::unexpected(document.error());
  if (Findings unknown = unknown_rules(**policy, source, document->tests); !unknown.empty()) {
    return std::unexpected(std::move(unknown));
  }
  PolicyTestReport report{.policy = (*policy)->name(), .cases = {}};
  for (const PolicyTest& test : document->tests) report.cases.push_back(run(**policy, source, test, today));
  return report;
}

}  // namespace skillrun::inline v0
