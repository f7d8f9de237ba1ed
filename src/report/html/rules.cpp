#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "report/html/parts.hpp"
#include "report/html/text.hpp"
#include "report/lint_formats.hpp"
#include "report/sentence.hpp"

namespace skillrun::inline v0 {

namespace {

std::string entry(std::string_view label, const std::string& html) {
  return fmt::format("<p><b>{}</b> {}</p>\n", label, html);
}

std::string about(const Policy& policy, const std::string& rule) {
  const RuleInfo* info = find_rule(rule);
  if (info == nullptr) {
    return entry("Checks", html_text(rule_summary(policy, rule))) +
           entry("Source", fmt::format("the policy <span class=\"data\">{}</span>", html_text(policy.name(), 100)));
  }
  return entry("Checks", html_text(sentence(info->summary))) + entry("Why", html_text(sentence(info->why))) +
         entry("Remedy", html_text(sentence(info->remedy))) +
         entry("Source", info->source == "own" ? "A rule of skillrun\u2019s own." : html_text(info->source));
}

}  // namespace

std::string html_rules(const LintReport& report, const PageModel& model) {
  std::string html;
  for (const PageRule& rule : model.rules) {
    html += fmt::format("<div class=\"rule\" id=\"{}\">\n<h3 class=\"data\">{}</h3>\n{}</div>\n", rule.element,
                        html_text(rule.id, 120), about(*report.policy, rule.id));
  }
  return html;
}

}  // namespace skillrun::inline v0
