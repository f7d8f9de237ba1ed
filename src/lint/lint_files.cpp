#include "lint/lint_files.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "lint/compose/compose.hpp"
#include "lint/lint_policy.hpp"
#include "lint/skill_md.hpp"
#include "manifest/project_root.hpp"

namespace skillrun::inline v0 {

namespace {

/// Fewer files than this are done before a thread has started.
constexpr std::size_t files_per_thread = 16;

/// What one input gave; nothing when it turned out not to be a manifest.
struct Outcome {
  std::vector<LintedFile> files;
  std::optional<UnreadableFile> unreadable;
  std::string composed = {};  ///< the name of a Compose file
};

/// The file beside another one, as messages name it.
std::string sibling(const std::string& path, const std::string& name) {
  return (std::filesystem::path(path).parent_path() / name).string();
}

/// False for a manifest that a link brings in from elsewhere. What is not there says so when it is read.
bool stays_in_project(const SourceText& skill, const std::string& manifest) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::canonical(skill.directory, error);
  if (error || !std::filesystem::exists(manifest, error)) return true;
  return leads_inside(manifest, project_root(folder));
}

/// The text as it would lie where the context has the repository.
SourcePtr placed(SourcePtr source, const std::string& repository_path, const LintContext& context) {
  if (context.root.empty()) return source;
  const std::filesystem::path folder = std::filesystem::path(repository_path).parent_path().lexically_normal();
  const bool inside = folder.is_relative() && !folder.empty() && *folder.begin() != "..";
  SourceText text = *source;
  text.place = inside ? (std::filesystem::path(context.root) / folder).lexically_normal().string() : context.root;
  return std::make_shared<const SourceText>(std::move(text));
}

/// A SKILL.md and the manifest that it names.
std::vector<LintedFile> lint_skill(const SourcePtr& source, const LintInput& input, const LintContext& context) {
  LintedSkillMd skill = lint_skill_md(source, input.repository_path, context);
  std::vector<LintedFile> files;
  if (skill.sidecar) {
    const std::string& name = skill.sidecar->value;
    const std::string beside = sibling(input.path, name);
    auto manifest = stays_in_project(*source, beside)
                        ? read_source(beside)
                        : std::unexpected<std::string>("is a link that leads out of the repository");
    if (manifest) {
      const std::string path = sibling(input.repository_path, name);
      files.push_back(lint_manifest(placed(std::move(*manifest), path, context), *format_of(name), path, context));
    } else {
      report_missing_sidecar(skill, manifest.error());
    }
  }
  files.insert(files.begin(), std::move(skill.file));
  return files;
}

Outcome lint_file(const LintInput& input, const LintContext& context) {
  auto source = read_source(input.path);
  if (!source) {
    if (!input.named) return {};
    return {.files = {}, .unreadable = UnreadableFile{.path = input.path, .why = std::move(source.error())}};
  }
  const auto kind = kind_of_text(input, (*source)->text);
  if (!kind) return {};
  if (input.kind == LintKind::skill_md) return {.files = lint_skill(*source, input, context), .unreadable = {}};
  Outcome outcome;
  if (kind == LintKind::compose) outcome.composed = (*source)->name;
  outcome.files.push_back(lint_source(std::move(*source), input, context));
  return outcome;
}

/// What a Compose file includes is said of the included file alone, where that is linted too.
void leave_to_their_own(std::vector<LintedFile>& files, const std::set<std::string>& composed) {
  for (LintedFile& file : files) {
    std::erase_if(file.findings, [&](const Finding& finding) {
      return finding.source && finding.source != file.source && composed.contains(finding.source->name);
    });
  }
}

}  // namespace

LintedFile lint_source(SourcePtr source, const LintInput& input, const LintContext& context) {
  const std::string& path = input.repository_path;
  switch (kind_of_text(input, source->text).value_or(input.kind)) {
    case LintKind::compose: {
      source = placed(std::move(source), path, context);
      const ComposeRepository repository = repository_around(*source, context.root);
      return lint_compose(source, path, repository, context);
    }
    case LintKind::policy: return lint_policy(source, path, context);
    case LintKind::skill_md: return lint_skill_md(source, path, context).file;
    case LintKind::toml:
      return lint_manifest(placed(std::move(source), path, context), ManifestFormat::toml, path, context);
    case LintKind::yaml: break;
  }
  return lint_manifest(placed(std::move(source), path, context), ManifestFormat::yaml, path, context);
}

LintedFiles lint_files(const std::vector<LintInput>& inputs, const LintContext& context) {
  std::vector<Outcome> outcomes(inputs.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < inputs.size(); i = next++) outcomes[i] = lint_file(inputs[i], context);
  };
  {
    const std::size_t threads =
        std::min<std::size_t>(std::max(std::thread::hardware_concurrency(), 1U), inputs.size() / files_per_thread);
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back(work);
    work();
  }
  LintedFiles result;
  std::set<std::string> composed;
  for (Outcome& outcome : outcomes) {
    if (!outcome.composed.empty()) composed.insert(std::move(outcome.composed));
    std::ranges::move(outcome.files, std::back_inserter(result.files));
    if (outcome.unreadable) result.unreadable.push_back(std::move(*outcome.unreadable));
  }
  // A manifest that a SKILL.md names may have been found by itself.
  std::ranges::stable_sort(result.files, {}, &LintedFile::path);
  const auto again = std::ranges::unique(result.files, {}, &LintedFile::path);
  result.files.erase(again.begin(), again.end());
  leave_to_their_own(result.files, composed);
  return result;
}

}  // namespace skillrun::inline v0
