#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "lint/files/exclusions.hpp"
#include "lint/files/file_kind.hpp"

namespace skillrun::inline v0 {

/// The files that `paths` mean, sorted, each once: a file itself, of a folder everything below it that may be a
/// manifest, hidden files and folders included, without what .gitignore files exclude and without .git. What
/// `skillrun SKILL` would find there by itself is never excluded: who wrote it may have written .gitignore too. Folders
/// behind links are not entered, and files behind links are taken only where they lie in the repository (or, without
/// one, in the folder). `forced` is the kind of every file that is named. What is excluded is left out, named or not.
/// An error is one sentence part about a path.
[[nodiscard]] std::expected<std::vector<LintInput>, std::string> find_lint_files(const std::vector<std::string>& paths,
                                                                                 std::optional<LintKind> forced,
                                                                                 const Exclusions& exclusions = {});

/// The path relative to the root of the repository that holds it: the nearest folder upwards with a .git. The path
/// itself where there is none.
[[nodiscard]] std::string repository_path(const std::string& path);

}  // namespace skillrun::inline v0
