#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <skillrun/lint.hpp>

namespace skillrun {

/// Judges one manifest as far as it can be understood, and says everything once.
class ManifestLinter {
 public:
  /// Both must outlive the linter.
  ManifestLinter(const ManifestReading& reading, const LintContext& context);

  [[nodiscard]] Findings lint();

 private:
  [[nodiscard]] const Policy& policy() const { return *context_.policy; }
  void judge(const SkillDefinition& skill, std::optional<std::string_view> instance);
  [[nodiscard]] bool follows_from_fault(const Finding& finding) const;
  void add(Findings found);

  const Manifest& manifest_;
  const LintContext& context_;
  std::vector<std::pair<std::string, std::string>> faults_;  ///< skill and field of what could not be read
  std::set<std::tuple<const SourceText*, Position, Position, std::string, std::string, std::string>> known_;
  Findings findings_;
};

/// Sorts the findings and gives each its fingerprint.
void finish(LintedFile& file);

}  // namespace skillrun
