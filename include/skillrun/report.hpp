#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/export.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/lint.hpp>
#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

struct TextStyle {
  bool color = false;
  Severity least = Severity::info;  ///< of lint: what is less severe is only counted
};

/// Findings for people: each with severity, rule, message, place, a code frame with the value underlined, and the
/// remedy.
[[nodiscard]] SKILLRUN_API std::string format_text(const Findings& findings, TextStyle style = {});

/// The findings array of the lint document, as JSON text.
[[nodiscard]] SKILLRUN_API std::string format_findings_json(const Findings& findings);

/// JSON Schemas (draft 2020-12) of what skillrun reads and writes, as JSON text: made from the tables that the readers
/// use. The one of results is in <skillrun/run.hpp>.
[[nodiscard]] SKILLRUN_API std::string manifest_schema();
[[nodiscard]] SKILLRUN_API std::string policy_schema();
[[nodiscard]] SKILLRUN_API std::string lint_schema();

enum class LintFormat : std::uint8_t { text, json, sarif, github, gitlab, junit, checkstyle, html };

/// The name on the command line: "text", "sarif", ...
[[nodiscard]] SKILLRUN_API std::string_view to_string(LintFormat format) noexcept;
[[nodiscard]] SKILLRUN_API std::optional<LintFormat> find_lint_format(std::string_view name) noexcept;
/// All of them, in the order in which they are listed.
[[nodiscard]] SKILLRUN_API std::vector<std::string> lint_format_names();

/// What linting found, as
///  - text: for people, with code frames and a summary line;
///  - json: the lint document (see docs/lint.md), with every finding;
///  - sarif: SARIF 2.1.0; waived findings are suppressed results, paths are relative to %SRCROOT%;
///  - github: workflow commands, which GitHub shows beside the lines;
///  - gitlab: a Code Quality report;
///  - junit: a test suite for each file, a test case for each skill without findings and for each finding;
///  - checkstyle: Checkstyle's XML;
///  - html: one page that needs nothing beside itself.
/// The same report gives the same bytes, whatever the locale. `style` is for text alone.
[[nodiscard]] SKILLRUN_API std::string format_lint(const LintReport& report, LintFormat format, TextStyle style = {});

/// One rule's page, as Markdown: what it checks, its severities, why, how to fix it, and where it comes from.
[[nodiscard]] SKILLRUN_API std::string format_rule_page(const RuleInfo& rule);

}  // namespace skillrun::inline v0
