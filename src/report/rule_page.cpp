#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <skillrun/report.hpp>

#include "report/sentence.hpp"

namespace skillrun::inline v0 {

namespace {

std::string parameters_of(const RuleInfo& rule) {
  if (rule.params.empty()) return {};
  std::string text = "## Parameters\n\n";
  for (const RuleParam& param : rule.params) {
    text += fmt::format("- `{}`: {} ({})\n", param.name, param.description, describe(param.type));
  }
  return text + "\n";
}

/// What is said by this rule alone where both found something.
std::string covered_by(const RuleInfo& rule) {
  if (rule.covers.empty()) return {};
  return fmt::format("## Covers\n\nWhere these rules find the same fault, only this one reports it: {}.\n\n",
                     fmt::join(rule.covers, ", "));
}

}  // namespace

std::string format_rule_page(const RuleInfo& rule) {
  return fmt::format(
      "# {}\n\n{}\n\n"
      "| policy | severity |\n|---|---|\n| privileged | {} |\n| baseline | {} |\n| restricted | {} |\n\n"
      "## Why\n\n{}\n\n## How to fix it\n\n{}\n\n{}{}## Where it comes from\n\n{}\n",
      rule.id, sentence(rule.summary), to_string(rule.privileged), to_string(rule.baseline), to_string(rule.restricted),
      sentence(rule.why), sentence(rule.remedy), parameters_of(rule), covered_by(rule),
      rule.source == "own" ? "A rule of skillrun's own." : sentence(rule.source));
}

}  // namespace skillrun::inline v0
