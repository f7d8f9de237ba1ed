#include "lint/lint_files.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

namespace skillrun {

namespace {

/// Fewer files than this are done before a thread has started.
constexpr std::size_t files_per_thread = 16;

/// Nothing: a file that turned out to be no manifest.
using Outcome = std::variant<std::monostate, LintedFile, UnreadableFile>;

Outcome lint_file(const LintInput& input, const LintContext& context) {
  auto source = read_source(input.path);
  if (!source) {
    if (!input.named) return {};
    return UnreadableFile{.path = input.path, .why = std::move(source.error())};
  }
  if (!input.named && !looks_like_manifest((*source)->text, input.kind)) return {};
  return lint_source(std::move(*source), input, context);
}

}  // namespace

LintedFile lint_source(SourcePtr source, const LintInput& input, const LintContext& context) {
  const auto format = input.kind == LintKind::toml ? ManifestFormat::toml : ManifestFormat::yaml;
  return lint_manifest(std::move(source), format, input.repository_path, context);
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
  for (Outcome& outcome : outcomes) {
    if (auto* file = std::get_if<LintedFile>(&outcome)) result.files.push_back(std::move(*file));
    if (auto* file = std::get_if<UnreadableFile>(&outcome)) result.unreadable.push_back(std::move(*file));
  }
  return result;
}

}  // namespace skillrun
