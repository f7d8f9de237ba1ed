#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// What a file is linted as.
enum class LintKind : std::uint8_t { toml, yaml, compose, policy, skill_md };

/// A file to lint.
struct LintInput {
  std::string path;             ///< as messages name it
  std::string repository_path;  ///< relative to the repository's root; `path` where there is none
  LintKind kind = LintKind::toml;
  /// The user or a manifest's usual place named it. Otherwise it is linted only when it says what it is.
  bool named = true;
  /// The user said its kind, so that it does not matter what it says.
  bool forced = false;
};

/// The kind that a file's name asks for, if any: .toml, .yaml, .yml, SKILL.md, and the place of a project's policy.
[[nodiscard]] std::optional<LintKind> kind_of(std::string_view path) noexcept;

/// The policy that `run` reads by its place: .skillrun/policy.yaml.
[[nodiscard]] bool is_project_policy(std::string_view path) noexcept;

/// What a text is linted as: what it says it is. Where it says nothing, a file that was named is what its name says,
/// and any other is left alone; so is a Compose file that has no usual name of one, because others have services too.
[[nodiscard]] std::optional<LintKind> kind_of_text(const LintInput& input, std::string_view text);

}  // namespace skillrun::inline v0
