#pragma once

// The parts of the page, each in a file of its own; all return HTML in which nothing of the report is markup.
#include <string>
#include <string_view>

#include <skillrun/lint.hpp>

#include "report/html/page_model.hpp"

namespace skillrun::inline v0 {

/// What findings without a skill are about.
inline constexpr std::string_view whole_file = "whole file";

/// The headline: what was found, where, by which policy.
[[nodiscard]] std::string html_summary(const LintReport& report);

/// Skills against rules: a table whose cells lead to the findings.
[[nodiscard]] std::string html_matrix(const LintReport& report, const PageModel& model);

/// The form that lint.js shows and serves.
[[nodiscard]] std::string html_filter();

/// What the catalogue, or the policy for a rule of its own, says of each rule that occurs: once, for all its findings.
[[nodiscard]] std::string html_rules(const LintReport& report, const PageModel& model);

/// Every finding, by skill.
[[nodiscard]] std::string html_findings(const LintReport& report, const PageModel& model);

}  // namespace skillrun::inline v0
