#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <skillrun/report.hpp>

#include "unit/lint/support.hpp"

namespace skillrun::test {

inline LintReport report_of(std::vector<LintedFile> files) {
  return {.policy = Policy::builtin("baseline"), .files = std::move(files)};
}

inline std::string page_of(const LintReport& report) { return format_lint(report, LintFormat::html); }

inline bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline Finding finding_at(SourcePtr source, Span span) {
  Finding finding;
  finding.rule = "privileged";
  finding.message = "the container would run privileged";
  finding.skill = "tool";
  finding.source = std::move(source);
  finding.span = span;
  finding.remediation = "remove it";
  return finding;
}

/// The page of one finding at a place of a text.
inline std::string page_of_finding(const std::string& text, Span span, const std::string& rule = "privileged") {
  const SourcePtr source = source_of(text);
  Finding finding = finding_at(source, span);
  finding.rule = rule;
  return page_of(report_of({{.source = source, .path = "skills.toml", .skills = {"tool"}, .findings = {finding}}}));
}

/// Two files; a clean skill, instances, a waiver, a secret, something of every severity.
inline LintReport small_report() {
  return report_of({
      lint_toml(skill("extra_args = [\"--pid=host\"] # skillrun: allow host-pid until 2027-01-01 -- it looks\n"
                      "environment = [\"API_TOKEN=hunter2\"]\nports = [\"8080:80\"]\n") +
                    "[skills.tool.instances.a.docker]\nvolumes = [\"/etc:/x:ro\"]\n" + skill({}, "clean"),
                "one.toml"),
      lint_toml(skill("volumes = [\"/usr:/y\"]\n", "other"), "two.toml"),
  });
}

}  // namespace skillrun::test
