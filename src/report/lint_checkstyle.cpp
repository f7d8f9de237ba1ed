// Checkstyle's XML, which most review tools read.
#include <map>
#include <string>

#include <fmt/format.h>

#include "report/lint_formats.hpp"

namespace skillrun::inline v0 {

namespace {

std::string error_of(const Finding& finding) {
  const std::string who = subject(finding);
  const std::string message =
      who.empty() ? message_with_remedy(finding) : fmt::format("skill {}: {}", who, message_with_remedy(finding));
  std::string place = fmt::format("line=\"{}\"", finding.span.known() ? finding.span.begin.line : 1);
  if (finding.span.known()) place += fmt::format(" column=\"{}\"", finding.span.begin.column);
  return fmt::format("    <error {} severity=\"{}\" message=\"{}\" source=\"skillrun.{}\"/>\n", place,
                     to_string(finding.severity), xml_text(message), xml_text(finding.rule));
}

}  // namespace

std::string lint_as_checkstyle(const LintReport& report) {
  // An error has the path of the element around it, and a policy can be at fault in several manifests.
  std::map<std::string, std::string> files;
  for (const LintedFile& file : report.files) {
    files.try_emplace(file.path);
    for (const Finding& finding : file.findings) {
      if (!finding.waived) files[path_of(file, finding)] += error_of(finding);
    }
  }
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n";
  for (const auto& [path, errors] : files) {
    text += fmt::format("  <file name=\"{}\">\n{}  </file>\n", xml_text(path), errors);
  }
  return text + "</checkstyle>\n";
}

}  // namespace skillrun::inline v0
