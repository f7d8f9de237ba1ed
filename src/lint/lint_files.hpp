#pragma once

#include <string>
#include <vector>

#include <skillrun/lint.hpp>

#include "lint/files/find_files.hpp"

namespace skillrun::inline v0 {

struct UnreadableFile {
  std::string path;
  std::string why;  ///< half a sentence
};

struct LintedFiles {
  std::vector<LintedFile> files;  ///< sorted by path, each once
  std::vector<UnreadableFile> unreadable;
};

/// Reads and lints files, and the manifests that SKILL.md files name, on every core. The result depends on nothing but
/// the files and the context.
[[nodiscard]] LintedFiles lint_files(const std::vector<LintInput>& inputs, const LintContext& context);

/// Lints one text as what the input says.
[[nodiscard]] LintedFile lint_source(SourcePtr source, const LintInput& input, const LintContext& context);

}  // namespace skillrun::inline v0
