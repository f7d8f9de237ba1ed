// GitLab's Code Quality report: a JSON array in Code Climate's form.
#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "report/lint_formats.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::error: return "critical";
    case Severity::warning: return "minor";
    case Severity::info:
    case Severity::off: return "info";
  }
  return "critical";
}

}  // namespace

std::string lint_as_gitlab(const LintReport& report) {
  json::array issues;
  for (const LintedFile& file : report.files) {
    for (const Finding& finding : file.findings) {
      if (finding.waived) continue;
      const std::string who = subject(finding);
      const std::string description =
          who.empty() ? message_with_remedy(finding) : fmt::format("skill {}: {}", who, message_with_remedy(finding));
      // A line is required; what is about the whole file is shown at its beginning.
      const json::object lines{{"begin", std::max<std::uint32_t>(finding.span.begin.line, 1)},
                               {"end", std::max<std::uint32_t>(finding.span.end.line, 1)}};
      issues.push_back(json::object{{"description", description},
                                    {"check_name", finding.rule},
                                    {"fingerprint", finding.fingerprint},
                                    {"severity", severity_word(finding.severity)},
                                    {"location", {{"path", printable(path_of(file, finding))}, {"lines", lines}}}});
    }
  }
  return pretty(issues);
}

}  // namespace skillrun::inline v0
