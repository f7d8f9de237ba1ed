#pragma once

// One function for each output format of lint, in a file of its own. See format_lint().
#include <string>
#include <string_view>

#include <skillrun/report.hpp>

namespace skillrun::inline v0 {

[[nodiscard]] std::string lint_as_text(const LintReport& report, TextStyle style);
[[nodiscard]] std::string lint_as_json(const LintReport& report);
[[nodiscard]] std::string lint_as_sarif(const LintReport& report);
[[nodiscard]] std::string lint_as_github(const LintReport& report);
[[nodiscard]] std::string lint_as_gitlab(const LintReport& report);
[[nodiscard]] std::string lint_as_junit(const LintReport& report);
[[nodiscard]] std::string lint_as_checkstyle(const LintReport& report);
[[nodiscard]] std::string lint_as_html(const LintReport& report);

/// `message`, and after a full stop the remedy where there is one.
[[nodiscard]] std::string message_with_remedy(const Finding& finding);

/// What a rule of the catalogue, or one of the policy's own, is about; empty for an id that nobody knows.
[[nodiscard]] std::string rule_summary(const Policy& policy, std::string_view rule);

/// Whose finding it is: "skill", "skill@instance", or empty.
[[nodiscard]] std::string subject(const Finding& finding);

/// The path of the file that the finding is about: the linted one's own, or that of a policy whose waiver is at fault,
/// relative to the repository like the other where it lies in there.
[[nodiscard]] std::string path_of(const LintedFile& file, const Finding& finding);

/// The path with what a URI may not hold as %XX.
[[nodiscard]] std::string uri_path(std::string_view path);

/// Text for XML, in attributes as between tags: markup escaped, and what XML cannot hold at all as an escape.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace skillrun::inline v0
