// GitHub's workflow commands: one line for each annotation.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "report/lint_formats.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// What a command's message may not hold as such; in a property also its separators.
std::string escaped(std::string_view text, bool property) {
  std::string result;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special) {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result;
}

std::string_view command(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::info:
    case Severity::off: return "notice";
  }
  return "error";
}

std::string line_of(const LintedFile& file, const Finding& finding) {
  // Raw control characters of a name would act on whatever shows the log.
  std::string properties = fmt::format("file={}", escaped(printable(path_of(file, finding)), true));
  if (const auto& [begin, end] = finding.span; finding.span.known()) {
    properties += fmt::format(",line={},endLine={},col={}", begin.line, end.line, begin.column);
    // Columns of several lines cannot be shown, and the last one is the last that belongs to it.
    if (begin.line == end.line && end.column > begin.column) properties += fmt::format(",endColumn={}", end.column - 1);
  }
  properties += fmt::format(",title={}", escaped(fmt::format("skillrun {}", finding.rule), true));
  const std::string who = subject(finding);
  const std::string message =
      who.empty() ? message_with_remedy(finding) : fmt::format("skill {}: {}", who, message_with_remedy(finding));
  return fmt::format("::{} {}::{}\n", command(finding.severity), properties, escaped(message, false));
}

}  // namespace

std::string lint_as_github(const LintReport& report) {
  std::string text;
  for (const LintedFile& file : report.files) {
    for (const Finding& finding : file.findings) {
      if (!finding.waived) text += line_of(file, finding);
    }
  }
  return text;
}

}  // namespace skillrun::inline v0
