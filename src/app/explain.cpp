#include "app/explain.hpp"

#include <skillrun/rule.hpp>

#include "policy/covered.hpp"
#include "policy/policy_data.hpp"

namespace skillrun::app {

namespace {

RuleVerdict verdict_of(std::string_view id, Severity severity, const Findings& findings) {
  using Kind = RuleVerdict::Kind;
  RuleVerdict verdict{.rule = std::string(id), .kind = Kind::pass, .severity = severity};
  if (severity == Severity::off) {
    verdict.kind = Kind::off;
    return verdict;
  }
  for (const Finding& finding : findings) {
    if (!severity_of(finding, id)) continue;
    const Kind kind = finding.rule != id ? Kind::covered : finding.waived ? Kind::waived : Kind::found;
    if (kind <= verdict.kind) continue;
    verdict.kind = kind;
    verdict.said_by = kind == Kind::covered ? finding.rule : std::string();
  }
  return verdict;
}

std::vector<RuleVerdict> verdicts(const Findings& findings, const Policy& policy) {
  std::vector<RuleVerdict> rows;
  for (const RuleInfo& rule : rule_catalogue()) {
    rows.push_back(verdict_of(rule.id, policy.severity(rule.id), findings));
  }
  for (const CustomRule& rule : data_of(policy).settings.custom) {
    rows.push_back(verdict_of(rule.id, rule.severity, findings));
  }
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
