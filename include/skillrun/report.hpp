#pragma once

#include <string>

#include <skillrun/finding.hpp>
#include <skillrun/policy.hpp>

namespace skillrun {

struct TextStyle {
  bool color = false;
};

/// Findings for people: each with severity, rule, message, place, a code frame with the value underlined, and the
/// remedy.
[[nodiscard]] std::string format_text(const Findings& findings, TextStyle style = {});

/// The findings array of the lint document, as JSON text.
[[nodiscard]] std::string format_findings_json(const Findings& findings);

/// JSON Schemas (draft 2020-12) of what skillrun reads and writes, as JSON text: made from the tables that the readers
/// use. The one of results is in <skillrun/run.hpp>.
[[nodiscard]] std::string manifest_schema();
[[nodiscard]] std::string policy_schema();
[[nodiscard]] std::string lint_schema();

/// One rule's page, as Markdown: what it checks, its severities, why, how to mend it, and where it comes from.
[[nodiscard]] std::string format_rule_page(const RuleInfo& rule);

}  // namespace skillrun
