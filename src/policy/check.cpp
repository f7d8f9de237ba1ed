#include <skillrun/check.hpp>

#include <chrono>
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

  /// A skill of a manifest that was refused when it was read is judged, and never approved.
  void judge(ContainerSpec spec) {
    auto decision = admit(*policy_, std::move(spec), host_);
    if (decision && unreadable_) {
      add(decision->findings());
    } else if (decision) {
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

  /// What the readers said, by the severities of the policy.
  void add_reading(Findings findings) {
    findings = apply_severities(*policy_, std::move(findings));
    unreadable_ = unreadable_ || has_errors(findings);
    if (unreadable_) verdict_.admitted = false;
    add(std::move(findings));
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
  bool unreadable_ = false;
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

}  // namespace

Verdict check(std::string_view manifest, ManifestFormat format, const CheckOptions& options) {
  Judge judge(options);
  const CallerContext caller = options.caller ? *options.caller : CallerContext::current();
  auto source = std::make_shared<SourceText>();
  source->name = options.name;
  source->directory = options.directory.empty() ? caller.cwd : options.directory;
  source->text = manifest;
  auto parsed = parse_manifest(std::move(source), format);
  if (!parsed) {
    judge.refuse(std::move(parsed.error()));
    return std::move(judge).verdict();
  }
  judge.add_reading(parsed->warnings);
  const EnvironmentVariables environment;
  const VariableSource& variables = options.variables != nullptr ? *options.variables : environment;
  bool found = false;
  for (const SkillDefinition& skill : parsed->skills) {
    if (!options.skill.empty() && skill.name != options.skill) continue;
    found = true;
    auto resolved = resolve_skill(*parsed, skill, options.instance, caller, variables);
    if (!resolved) {
      judge.refuse(std::move(resolved.error()));
      continue;
    }
    RunOverrides overrides;
    overrides.grants = options.grants;
    judge.add_reading(resolved->warnings);
    judge.judge(normalize(*resolved, overrides, caller, variables));
  }
  if (!found) judge.refuse({nothing_to_judge(*parsed, options.skill)});
  return std::move(judge).verdict();
}

Verdict check(ContainerSpec spec, const CheckOptions& options) {
  Judge judge(options);
  spec.grants.insert(spec.grants.end(), options.grants.begin(), options.grants.end());
  judge.judge(std::move(spec));
  return std::move(judge).verdict();
}

}  // namespace skillrun::inline v0
