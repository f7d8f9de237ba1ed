#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/export.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// What manifests are judged by. Everything in it is used from several threads at a time.
struct LintContext {
  std::shared_ptr<const Policy> policy;  ///< never null
  const HostView& host;                  ///< LexicalHost: nothing of this machine's file system is consulted
  const VariableSource& variables;       ///< of the environment
  CallerContext caller;
  /// What else there is to say of a spec with the policy's defaults, such as what an engine cannot honour of it; may be
  /// empty. Not asked about what only Compose would run.
  std::function<Findings(const ContainerSpec&)> more = {};
  /// Where policies that are linted find what they extend; null: they can extend built-in policies only.
  const PolicyFiles* policy_files = nullptr;
  /// Where the repository is said to lie, so that a report is the same wherever it does; empty: where it is.
  std::string root = {};
};

/// What was found in one file.
struct LintedFile {
  SourcePtr source;
  std::string path;                 ///< relative to the repository's root; as the user named it where there is none
  std::vector<std::string> skills;  ///< in the order of the file; empty when it cannot be read as a manifest
  Findings findings;                ///< sorted, with fingerprints
};

/// Everything that the policy says of a manifest: of each skill by itself and with each of its instances; what an
/// instance shares with its skill is said once. A manifest that cannot be read gives what is wrong with it. `path` is
/// the file's part of fingerprints. Pure but for `context.host`; safe to call from several threads.
[[nodiscard]] SKILLRUN_API LintedFile lint_manifest(SourcePtr source, ManifestFormat format, std::string path,
                                                    const LintContext& context);

/// What linting found in all files.
struct LintReport {
  std::shared_ptr<const Policy> policy;
  std::vector<LintedFile> files;  ///< sorted by path
  std::size_t baselined = 0;      ///< findings that a baseline knows, left out of `files`
};

struct LintSummary {
  std::size_t files = 0;
  std::size_t skills = 0;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t infos = 0;
  std::size_t waived = 0;  ///< counted here only
  std::size_t baselined = 0;
};

[[nodiscard]] SKILLRUN_API LintSummary summarize(const LintReport& report) noexcept;

/// True when a finding that nobody has waived is at least that severe; never for Severity::off.
[[nodiscard]] SKILLRUN_API bool reaches(const LintReport& report, Severity severity) noexcept;

/// Findings that are known and tolerated until somebody fixes them, by their fingerprints: moved lines change nothing,
/// a second fault of the same kind is new. Written as JSON with one finding a line.
class SKILLRUN_API Baseline {
 public:
  /// Knows no finding.
  Baseline();
  /// All findings of the report but for waived ones.
  [[nodiscard]] static Baseline of(const LintReport& report);
  /// Reads what text() wrote; otherwise why it cannot be read, as half a sentence.
  [[nodiscard]] static std::expected<Baseline, std::string> parse(std::string_view text);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::size_t size() const noexcept;
  /// Takes the known findings out of the report and counts them in `baselined`.
  void apply(LintReport& report) const;

 private:
  struct Entry;
  explicit Baseline(std::vector<Entry> entries);

  std::shared_ptr<const std::vector<Entry>> entries_;  ///< sorted by file, skill, rule
};

}  // namespace skillrun::inline v0
