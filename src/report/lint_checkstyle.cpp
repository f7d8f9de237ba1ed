// Checkstyle's XML, which most review tools read.
#include <fmt/format.h>

#include "report/lint_formats.hpp"

namespace skillrun {

std::string lint_as_checkstyle(const LintReport& report) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n";
  for (const LintedFile& file : report.files) {
    text += fmt::format("  <file name=\"{}\">\n", xml_text(file.path));
    for (const Finding& finding : file.findings) {
      if (finding.waived) continue;
      const std::string who = subject(finding);
      const std::string message =
          who.empty() ? message_with_remedy(finding) : fmt::format("skill {}: {}", who, message_with_remedy(finding));
      std::string place = fmt::format("line=\"{}\"", finding.span.known() ? finding.span.begin.line : 1);
      if (finding.span.known()) place += fmt::format(" column=\"{}\"", finding.span.begin.column);
      text += fmt::format("    <error {} severity=\"{}\" message=\"{}\" source=\"skillrun.{}\"/>\n", place,
                          to_string(finding.severity), xml_text(message), xml_text(finding.rule));
    }
    text += "  </file>\n";
  }
  return text + "</checkstyle>\n";
}

}  // namespace skillrun
