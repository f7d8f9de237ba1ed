#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <skillrun/lint.hpp>

namespace skillrun::inline v0 {

/// Judges one manifest as far as it can be understood. Each skill is judged by itself: what an alias repeats is said of
/// each skill and instance that uses it. What an instance says exactly as its skill does is the skill's, and said once.
class ManifestLinter {
 public:
  /// Both must outlive the linter.
  ManifestLinter(const ManifestReading& reading, const LintContext& context);

  [[nodiscard]] Findings lint();
  /// The same where another runs what the document declares: it has no policy, so that what is not set stays so. There
  /// is one spec for each skill.
  [[nodiscard]] Findings lint(std::span<const ContainerSpec> specs);

 private:
  /// What makes a finding of an instance the same as one of its skill, wherever they stand. A waiver of one lets the
  /// other not pass.
  using Identity = std::tuple<std::string, std::string, std::string, Severity, const SourceText*, Position>;
  using Said = std::set<Identity>;

  [[nodiscard]] static Identity identity_of(const Finding& finding);
  [[nodiscard]] const Policy& policy() const { return *context_.policy; }
  void judge_skill(const SkillDefinition& skill);
  void judge_waivers();
  [[nodiscard]] std::optional<Findings> judge(const SkillDefinition& skill, std::optional<std::string_view> instance,
                                              Findings& unresolved) const;
  [[nodiscard]] bool follows_from_fault(const Finding& finding) const;
  /// Adds what was found, each once, and gives it. Left out is what `shared` has and the instance does not declare.
  Said add(Findings found, const Said& shared = {}, const InstanceDefinition* instance = nullptr);

  const Manifest& manifest_;
  const LintContext& context_;
  std::map<std::string, std::vector<std::string>, std::less<>> faults_;  ///< by skill: fields that could not be read
  Findings findings_;
};

/// Sorts the findings and gives each its fingerprint.
void finish(LintedFile& file);

}  // namespace skillrun::inline v0
