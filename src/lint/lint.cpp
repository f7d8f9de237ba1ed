#include <algorithm>
#include <iterator>
#include <utility>

#include <skillrun/lint.hpp>

#include "lint/fixes.hpp"
#include "lint/manifest_linter.hpp"

namespace skillrun::inline v0 {

LintedFile lint_manifest(SourcePtr source, ManifestFormat format, std::string path, const LintContext& context) {
  const ManifestReading reading = read_manifest(std::move(source), format);
  LintedFile file{.source = reading.manifest.source, .path = std::move(path), .skills = {}, .findings = {}};
  std::ranges::transform(reading.manifest.skills, std::back_inserter(file.skills), &SkillDefinition::name);
  file.findings = ManifestLinter(reading, context).lint();
  set_fixes(file.findings, reading.manifest);
  finish(file);
  return file;
}

LintSummary summarize(const LintReport& report) noexcept {
  LintSummary summary{.files = report.files.size(), .baselined = report.baselined};
  for (const LintedFile& file : report.files) {
    summary.skills += file.skills.size();
    for (const Finding& finding : file.findings) {
      if (finding.waived) {
        ++summary.waived;
        continue;
      }
      switch (finding.severity) {
        case Severity::error: ++summary.errors; break;
        case Severity::warning: ++summary.warnings; break;
        case Severity::info: ++summary.infos; break;
        case Severity::off: break;
      }
    }
  }
  return summary;
}

bool reaches(const LintReport& report, Severity severity) noexcept {
  if (severity == Severity::off) return false;
  return std::ranges::any_of(report.files, [&](const LintedFile& file) {
    return std::ranges::any_of(file.findings,
                               [&](const Finding& finding) { return finding.severity >= severity && !finding.waived; });
  });
}

}  // namespace skillrun::inline v0
