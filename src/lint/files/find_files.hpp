#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skillrun::inline v0 {

/// What a file is linted as.
enum class LintKind : std::uint8_t { toml, yaml, compose, skill_md };

/// A file to lint.
struct LintInput {
  std::string path;             ///< as messages name it
  std::string repository_path;  ///< relative to the repository's root; `path` where there is none
  LintKind kind = LintKind::toml;
  /// The user or a manifest's usual place named it. Otherwise it is linted only when it looks like a manifest.
  bool named = true;
};

/// The kind that a file's name asks for, if any: .toml, .yaml, .yml, SKILL.md.
[[nodiscard]] std::optional<LintKind> kind_of(std::string_view path) noexcept;

/// The files that `paths` mean, sorted, each once: a file itself, of a folder everything below it that may be a
/// manifest, hidden files and folders included, without what .gitignore files exclude and without .git. What
/// `skillrun SKILL` would find there by itself is never excluded: who wrote it may have written .gitignore too. Folders
/// behind links are not entered, and files behind links are taken only where they lie in the repository (or, without
/// one, in the folder). `forced` is the kind of every file that is named. An error is one sentence part about a path.
[[nodiscard]] std::expected<std::vector<LintInput>, std::string> find_lint_files(const std::vector<std::string>& paths,
                                                                                 std::optional<LintKind> forced);

/// The path relative to the root of the repository that holds it: the nearest folder upwards with a .git. The path
/// itself where there is none.
[[nodiscard]] std::string repository_path(const std::string& path);

/// True when a text that nobody named as a manifest declares skills: it has a line that begins the table, or it reads
/// as a manifest with skills.
[[nodiscard]] bool looks_like_manifest(std::string_view text, LintKind kind);

}  // namespace skillrun::inline v0
