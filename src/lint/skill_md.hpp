#pragma once

#include <optional>
#include <string>

#include <skillrun/lint.hpp>

namespace skillrun::inline v0 {

/// The key of a SKILL.md's metadata that names the manifest of the skill's container, relative to its folder.
inline constexpr std::string_view sidecar_key = "skillrun-manifest";

struct LintedSkillMd {
  LintedFile file;
  /// The manifest that the metadata names, as a path relative to the file's folder.
  std::optional<Located<std::string>> sidecar;
};

/// Checks the front matter of a SKILL.md by the Agent Skills format (agentskills.io): name, description, license,
/// compatibility, metadata and allowed-tools. The text below it is for models and is not looked at.
[[nodiscard]] LintedSkillMd lint_skill_md(const SourcePtr& source, std::string path, const LintContext& context);

/// Says that the manifest which the metadata names cannot be read.
void report_missing_sidecar(LintedSkillMd& skill, const std::string& why);

}  // namespace skillrun::inline v0
