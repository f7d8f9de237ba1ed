#include <skillrun/version.hpp>

#include "report/lint_formats.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

std::string format_findings_json(const Findings& findings) {
  json::array array;
  array.reserve(findings.size());
  for (const Finding& finding : findings) array.push_back(to_json_object(finding));
  return pretty(array);
}

std::string lint_as_json(const LintReport& report) {
  json::array findings;
  for (const LintedFile& file : report.files) {
    for (const Finding& finding : file.findings) findings.push_back(to_json_object(finding));
  }
  const LintSummary summary = summarize(report);
  const json::object document{{"version", 1},
                              {"tool", {{"name", "skillrun"}, {"version", version}}},
                              {"policy", report.policy->name()},
                              {"findings", std::move(findings)},
                              {"summary",
                               {{"files", summary.files},
                                {"skills", summary.skills},
                                {"errors", summary.errors},
                                {"warnings", summary.warnings},
                                {"infos", summary.infos},
                                {"waived", summary.waived},
                                {"baselined", summary.baselined}}}};
  return pretty(document);
}

}  // namespace skillrun::inline v0
