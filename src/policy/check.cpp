#include <skillrun/check.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <skillrun/normalize.hpp>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::chrono::year_month_day today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

/// Judges one spec after another and sums up.
class Judge {
 public:
  explicit Judge(const CheckOptions& options)
      : policy_(options.policy ? options.policy : Policy::builtin("baseline")),
        local_(std::nullopt, today()),
        host_(options.host != nullptr ? *options.host : local_) {}

  void judge(ContainerSpec spec) {
    auto decision = admit(*policy_, std::move(spec), host_);
    if (decision) {
      add(decision->findings());
      verdict_.approved.push_back(std::move(*decision));
    } else {
      refuse(std::move(decision.error().findings));
    }
  }

  void refuse(Findings findings) {
    verdict_.admitted = false;
    add(std::move(findings));
  }

  /// What the readers said, by the severities of the policy; true where it refuses.
  bool add_reading(Findings findings) {
    findings = apply_severities(*policy_, std::move(findings));
    const bool refused = has_errors(findings);
    if (refused) verdict_.admitted = false;
    add(std::move(findings));
    return refused;
  }

  void add(Findings findings) {
    for (Finding& finding : findings) verdict_.findings.push_back(std::move(finding));
  }

  [[nodiscard]] Verdict verdict() && {
    sort_findings(verdict_.findings);
    return std::move(verdict_);
  }

 private:
  std::shared_ptr<const Policy> policy_;
  LocalHost local_;
  const HostView& host_;
  Verdict verdict_{.admitted = true, .findings = {}, .approved = {}};
};

Finding nothing_to_judge(const Manifest& manifest, const std::string& skill) {
  return Finding{.rule = "missing-field",
                 .severity = Severity::error,
                 .message = skill.empty() ? "the manifest declares no skill"
                                          : fmt::format("the manifest has no skill '{}'", printable(skill)),
                 .skill = skill,
                 .instance = {},
                 .source = manifest.source,
                 .span = {},
                 .field = "skills",
                 .evidence = {},
                 .remediation = "name a skill that it declares"};
}

/// What was said of one skill, or with an empty name of the file as a whole.
Findings said_of(const ManifestReading& reading, std::string_view skill) {
  Findings said;
  std::ranges::copy_if(reading.findings, std::back_inserter(said),
                       [&](const Finding& finding) { return finding.skill == skill; });
  return said;
}

/// The skills to judge, in the order of the file, and those that could not be read at all.
std::vector<std::string> skills_of(const ManifestReading& reading, const std::string& wanted) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (name.empty() || (!wanted.empty() && name != wanted) || std::ranges::find(names, name) != names.end()) return;
    names.push_back(name);
  };
  for (const SkillDefinition& skill : reading.manifest.skills) add(skill.name);
  for (const Finding& finding : reading.findings) add(finding.skill);
  return names;
}

}  // namespace

Verdict check(std::string_view text, ManifestFormat format, const CheckOptions& options) {
  Judge judge(options);
  const CallerContext caller = options.caller ? *options.caller : CallerContext::current();
  auto source = std::make_shared<SourceText>();
  source->name = options.name;
  source->directory = options.directory.empty() ? caller.cwd : options.directory;
  source->text = text;
  const ManifestReading reading = read_manifest(std::move(source), format);
  const Manifest& manifest = reading.manifest;
  const EnvironmentVariables environment;
  const VariableSource& variables = options.variables != nullptr ? *options.variables : environment;
  const bool whole_refused = judge.add_reading(said_of(reading, {}));
  const std::vector<std::string> names = skills_of(reading, options.skill);
  for (const std::string& name : names) {
    const bool refused = judge.add_reading(said_of(reading, name)) || whole_refused;
    const SkillDefinition* skill = manifest.find_skill(name);
    if (skill == nullptr || refused) continue;
    auto resolved = resolve_skill(manifest, *skill, options.instance, caller, variables);
    if (!resolved) {
      judge.refuse(std::move(resolved.error()));
      continue;
    }
    RunOverrides overrides;
    overrides.grants = options.grants;
    if (judge.add_reading(resolved->warnings)) continue;
    judge.judge(normalize(*resolved, overrides, caller, variables));
  }
  if (names.empty() && !whole_refused) judge.refuse({nothing_to_judge(manifest, options.skill)});
  return std::move(judge).verdict();
}

Verdict check(ContainerSpec spec, const CheckOptions& options) {
  Judge judge(options);
  spec.grants.insert(spec.grants.end(), options.grants.begin(), options.grants.end());
  judge.judge(std::move(spec));
  return std::move(judge).verdict();
}

}  // namespace skillrun::inline v0
