#include "lint/lint_policy.hpp"

#include <filesystem>
#include <utility>

#include "lint/files/file_kind.hpp"
#include "lint/manifest_linter.hpp"

namespace skillrun::inline v0 {

LintedFile lint_policy(const SourcePtr& source, std::string path, const LintContext& context) {
  const std::string place =
      (std::filesystem::path(source->directory) / std::filesystem::path(path).filename()).string();
  const PolicyInput input{
      .layer = is_project_policy(place) ? PolicyLayer::project : PolicyLayer::option, .builtin = {}, .source = source};
  LintedFile file{.source = source, .path = std::move(path), .skills = {}, .findings = {}};
  if (auto policy = Policy::fold({&input, 1}, context.policy_files); !policy) {
    file.findings = apply_severities(*context.policy, std::move(policy.error()));
  }
  for (const Finding& finding : file.findings) {
    // What is no policy has a source without its text.
    if (finding.source && finding.source->name == source->name) file.source = finding.source;
  }
  finish(file);
  return file;
}

}  // namespace skillrun::inline v0
