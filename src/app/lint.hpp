#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/lint.hpp>
#include <skillrun/run.hpp>

#include "app/judge.hpp"
#include "app/lint_variables.hpp"
#include "app/selection.hpp"
#include "lint/files/find_files.hpp"
#include "lint/lint_files.hpp"

namespace skillrun::app {

/// What is linted, and how.
struct LintQuery {
  std::optional<LintKind> kind;         ///< of every file that is named; nothing: what it says it is
  std::vector<std::string> exclusions;  ///< patterns as .gitignore has them, about the working directory
  VariableMap variables;                ///< of the environment; nothing else of the caller's is looked at
  bool host_checks = false;             ///< judge by this machine, as `run` does
  bool engine_checks = false;           ///< also say what the selected engine cannot honour
};

/// A file with what was fixed in it.
struct FixedFile {
  std::string name;  ///< as reports have it
  std::string path;  ///< to be written
  std::string before;
  std::string after;
  std::size_t count = 0;  ///< fixes
};

/// Judges manifests under one policy, read once. Every call gives the same for the same files.
class Linter {
 public:
  /// A policy that cannot be had, or an engine that was asked for and does not answer, is an error.
  [[nodiscard]] static std::expected<Linter, RunResult> open(const Selection& selection, LintQuery query,
                                                             Warnings& warnings);

  [[nodiscard]] const std::shared_ptr<const Policy>& policy() const noexcept { return policy_; }
  /// The manifests that `run` would find, without those of the machine and of the installation: whoever works here
  /// cannot change them.
  [[nodiscard]] std::expected<LintedFiles, RunResult> discovered(Warnings& warnings) const;
  /// Files, and what is below folders. An error is one sentence part about a path.
  [[nodiscard]] std::expected<LintedFiles, std::string> files(const std::vector<std::string>& paths) const;
  /// A text that has no file, read as what it looks like.
  [[nodiscard]] LintedFile text(std::string text, const std::string& name) const;
  /// Makes the fixes that findings have, each looked at anew, and puts what is said of the fixed text into the report.
  /// Nothing is written.
  [[nodiscard]] std::vector<FixedFile> fix(LintReport& report) const;

 private:
  Linter(Selection selection, LintQuery query, std::shared_ptr<const Policy> policy);
  [[nodiscard]] LintContext context() const;
  [[nodiscard]] LintedFiles lint(const std::vector<LintInput>& inputs) const;

  Selection selection_;
  LintQuery query_;
  std::shared_ptr<const Policy> policy_;
  std::unique_ptr<const VariableSource> variables_;
  std::unique_ptr<const PolicyFiles> policy_files_;
  Exclusions exclusions_;
  Detection detection_;  ///< with the engine whose view the host has
  std::unique_ptr<HostView> host_;
};

}  // namespace skillrun::app
