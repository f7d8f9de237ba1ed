// Fixes of manifests of any bytes, YAML after a first byte Y, otherwise TOML: they come to an end, nothing that was
// read cannot be read afterwards, what is fixed has nothing left to fix, and the text is untouched without one.
#include <algorithm>
#include <set>

#include <skillrun/rule.hpp>

#include "fuzz_lint.hpp"
#include "lint/fixes.hpp"

namespace {

using namespace skillrun;

std::set<std::string> unreadable(const LintedFile& file) {
  std::set<std::string> found;
  for (const Finding& finding : file.findings) {
    const RuleInfo* rule = find_rule(finding.rule);
    if (rule != nullptr && rule->always_refuses()) found.insert(finding.fingerprint);
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const ManifestFormat format = *data == 'Y' ? ManifestFormat::yaml : ManifestFormat::toml;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto lint = [&](const std::string& now) {
    return lint_manifest(fuzz::source_of(now, "fuzz"), format, "fuzz", fuzz::lint_context());
  };
  const LintedFile file = lint(text);
  fuzz::check_linted(file);
  const FixedText fixed = fix(file, lint);
  fuzz::require((fixed.count == 0) == (fixed.text == file.source->text));
  if (fixed.count == 0) return 0;
  fuzz::require(fixed.count < 1000);
  const LintedFile after = lint(fixed.text);
  fuzz::require(std::ranges::includes(unreadable(file), unreadable(after)));
  fuzz::require(file.skills.empty() || !after.skills.empty());
  const FixedText again = fix(after, lint);
  fuzz::require(again.count == 0 && again.text == fixed.text);
  const std::string diff = unified_diff(file.source->text, fixed.text, "fuzz");
  fuzz::require(diff.starts_with("--- fuzz\n+++ fuzz\n@@ "));
  return 0;
}
