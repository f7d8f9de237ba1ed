#include "app/explain.hpp"

#include <algorithm>

#include <skillrun/rule.hpp>

#include "policy/covered.hpp"
#include "policy/policy_data.hpp"

namespace skillrun::app {

namespace {

std::vector<RuleVerdict> verdicts(const Findings& findings, const Policy& policy) {
  std::vector<RuleVerdict> rows;
  const auto add = [&](std::string_view id, Severity severity) {
    using Kind = RuleVerdict::Kind;
    const auto of_rule = [&](const Finding& finding) { return severity_of(finding, id).has_value(); };
    const auto stands = [&](const Finding& finding) { return !finding.waived && severity_of(finding, id); };
    const Kind kind = severity == Severity::off                ? Kind::off
                      : std::ranges::any_of(findings, stands)  ? Kind::found
                      : std::ranges::any_of(findings, of_rule) ? Kind::waived
                                                               : Kind::pass;
    rows.push_back({.rule = std::string(id), .kind = kind, .severity = severity});
  };
  for (const RuleInfo& rule : rule_catalogue()) add(rule.id, policy.severity(rule.id));
  for (const CustomRule& rule : data_of(policy).settings.custom) add(rule.id, rule.severity);
  return rows;
}

}  // namespace

Explanation explain(const Selection& selection, const Prepared& prepared, bool terminal, Warnings& warnings) {
  Explanation explanation{
      .judgement = judge_here(selection, prepared, AskEngine::always, warnings), .rules = {}, .request = std::nullopt};
  const Judgement& judgement = explanation.judgement;
  explanation.rules = verdicts(judgement.findings(), *prepared.policy);
  if (judgement.allowed()) explanation.request = render_request(judgement.engine(), judgement.spec(), terminal);
  return explanation;
}

}  // namespace skillrun::app
