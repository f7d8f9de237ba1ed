#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <skillrun/lint.hpp>

#include "lint/fingerprint.hpp"
#include "lint/fixes.hpp"

namespace skillrun {

namespace {

/// True when `field` is `outer` or something within it: "docker.volumes[0]" is within "docker.volumes".
bool is_within(std::string_view field, std::string_view outer) {
  return field.starts_with(outer) &&
         (field.size() == outer.size() || field[outer.size()] == '.' || field[outer.size()] == '[');
}

/// The field as the rules name it, whether the skill or one of its instances has it.
std::string_view without_instance(std::string_view field) {
  constexpr std::string_view instances = "instances.";
  if (!field.starts_with(instances)) return field;
  const std::size_t end = field.find(".docker", instances.size());
  return end == std::string_view::npos ? field : field.substr(end + 1);
}

/// Judges one manifest as far as it can be understood, and says everything once.
class ManifestLinter {
 public:
  ManifestLinter(const ManifestReading& reading, const LintContext& context)
      : manifest_(reading.manifest), context_(context) {
    add(apply_severities(policy(), reading.findings));
    // What is missing because it could not be read was said already.
    for (const Finding& finding : reading.findings) {
      if (finding.severity != Severity::error) continue;
      const std::string_view field = without_instance(finding.field);
      faults_.emplace_back(finding.skill, field);
      if (!finding.fix) continue;
      const std::size_t parent = field.rfind('.');
      faults_.emplace_back(finding.skill, fmt::format("{}{}", field.substr(0, parent + 1), finding.fix->replacement));
    }
  }

  Findings lint() {
    for (const SkillDefinition& skill : manifest_.skills) {
      if (skill.runtime_kind != RuntimeKind::docker) continue;
      judge(skill, std::nullopt);
      for (const InstanceDefinition& instance : skill.instances) judge(skill, instance.name);
    }
    // A waiver may be for what could not be judged.
    if (faults_.empty()) add(unused_waivers(policy(), manifest_, findings_));
    return std::move(findings_);
  }

 private:
  [[nodiscard]] const Policy& policy() const { return *context_.policy; }

  void judge(const SkillDefinition& skill, std::optional<std::string_view> instance) {
    const auto resolved =
        resolve_skill(manifest_, skill, instance, context_.caller, context_.variables, UndefinedVariables::warning);
    if (!resolved) return add(apply_severities(policy(), resolved.error()));
    add(apply_severities(policy(), resolved->warnings));
    ContainerSpec spec = normalize(*resolved, {}, context_.caller, context_.variables);
    add(evaluate(policy(), with_defaults(policy(), std::move(spec)), context_.host));
  }

  [[nodiscard]] bool follows_from_fault(const Finding& finding) const {
    return std::ranges::any_of(faults_, [&](const auto& fault) {
      return fault.first == finding.skill && is_within(without_instance(finding.field), fault.second);
    });
  }

  /// What a skill and its instances share is found with each of them.
  void add(Findings found) {
    for (Finding& finding : found) {
      if (follows_from_fault(finding)) continue;
      auto key = std::tuple(finding.source.get(), finding.span.begin, finding.span.end, finding.rule, finding.field,
                            finding.message);
      if (known_.insert(std::move(key)).second) findings_.push_back(std::move(finding));
    }
  }

  const Manifest& manifest_;
  const LintContext& context_;
  std::vector<std::pair<std::string, std::string>> faults_;  ///< skill and field of what could not be read
  std::set<std::tuple<const SourceText*, Position, Position, std::string, std::string, std::string>> known_;
  Findings findings_;
};

}  // namespace

LintedFile lint_manifest(SourcePtr source, ManifestFormat format, std::string path, const LintContext& context) {
  const ManifestReading reading = read_manifest(std::move(source), format);
  LintedFile file{.source = reading.manifest.source, .path = std::move(path), .skills = {}, .findings = {}};
  std::ranges::transform(reading.manifest.skills, std::back_inserter(file.skills), &SkillDefinition::name);
  file.findings = ManifestLinter(reading, context).lint();
  set_fixes(file.findings, reading.manifest);
  sort_findings(file.findings);
  set_fingerprints(file.findings, file.path);
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

}  // namespace skillrun
