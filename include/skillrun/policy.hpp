#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/export.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/host_view.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/rule.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// Values that a policy fills in where the manifest says nothing.
struct PolicyDefaults {
  std::optional<std::string> network;  ///< a network mode, as text
  std::optional<bool> no_new_privileges;
  std::optional<bool> init;
  std::optional<std::int64_t> pids_limit;
  bool memory_swap_equals_memory = false;  ///< only where memory is set and memory_swap is not
  std::optional<bool> read_only;
  std::vector<std::string> cap_drop;
  std::vector<std::string> tmpfs;
  std::optional<std::string> user;
};

/// The document that made a setting.
struct PolicyOrigin {
  std::string policy;  ///< its name
  SourcePtr source;    ///< null for a built-in policy
  Span span;
};

/// Reads the documents that `extends` names by their path. Implementations must be safe for const use from several
/// threads.
class SKILLRUN_API PolicyFiles {
 public:
  PolicyFiles() = default;
  PolicyFiles(const PolicyFiles&) = delete;
  PolicyFiles& operator=(const PolicyFiles&) = delete;
  virtual ~PolicyFiles() = default;
  /// The text at an absolute, clean path, with its folder in `directory`; otherwise why it cannot be read, as half a
  /// sentence.
  [[nodiscard]] virtual std::expected<SourcePtr, std::string> read(const std::string& path) const = 0;
};

/// Where a policy comes from, the lowest first.
enum class PolicyLayer : std::uint8_t {
  system,   ///< the machine's: a floor for all others
  user,     ///< the caller's own: only tightens
  project,  ///< of the project, outermost folder first: only tightens
  option,   ///< named by the caller for this call: may relax what nobody has locked
};

/// "system", "user", "project" or "option".
[[nodiscard]] SKILLRUN_API std::string_view to_string(PolicyLayer layer) noexcept;

/// A policy that takes part: a document, or a built-in policy by its name.
struct PolicyInput {
  PolicyLayer layer = PolicyLayer::option;
  std::string builtin;
  SourcePtr source;
};

struct PolicyData;

/// A policy ready for use: everything that it extends folded in, judged and compiled. Immutable and safe to share
/// between threads.
class SKILLRUN_API Policy : public std::enable_shared_from_this<Policy> {
 public:
  /// "baseline", "restricted" or "privileged", compiled in; null for any other name.
  [[nodiscard]] static std::shared_ptr<const Policy> builtin(std::string_view name);

  /// Reads a policy document (YAML). Whatever it holds that is not understood is an error with its place. Without
  /// `files` a document can extend built-in policies only.
  [[nodiscard]] static std::expected<std::shared_ptr<const Policy>, Findings> parse(SourcePtr source,
                                                                                    const PolicyFiles* files = nullptr);

  /// Folds several policies, the lowest layer first, those of one layer in their order. A layer below `option` can only
  /// tighten what is below it; a setting that would relax it, or relax what is locked, is an error with its place.
  /// Nothing given: baseline.
  [[nodiscard]] static std::expected<std::shared_ptr<const Policy>, Findings> fold(std::span<const PolicyInput> inputs,
                                                                                   const PolicyFiles* files = nullptr);

  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  ~Policy();

  [[nodiscard]] const std::string& name() const noexcept;
  /// "sha256:..." over the texts of all documents that were folded in, the names of built-in policies, and skillrun's
  /// version: two policies of one digest judge alike.
  [[nodiscard]] const std::string& digest() const noexcept;
  /// That of a rule of the catalogue or of a custom one. What nobody knows is an error.
  [[nodiscard]] Severity severity(std::string_view rule) const noexcept;
  [[nodiscard]] const PolicyDefaults& defaults() const noexcept;

 private:
  friend struct PolicyBuilder;
  friend const PolicyData& data_of(const Policy& policy) noexcept;
  explicit Policy(std::unique_ptr<const PolicyData> data);

  std::unique_ptr<const PolicyData> data_;
};

/// The spec with the policy's defaults in its gaps; each carries the policy as its origin.
[[nodiscard]] SKILLRUN_API ContainerSpec with_defaults(const Policy& policy, ContainerSpec spec);

/// Judges a spec as it is: apply with_defaults() first to judge what would run. All findings, in a stable order; rules
/// that are off say nothing. `spec.problems` are part of the findings and a policy can only raise their severity: what
/// could not be understood is refused under every policy. Findings that a waiver covers say so and refuse nothing; a
/// waiver for this skill that has expired is a finding of its own. Pure but for `host`.
[[nodiscard]] SKILLRUN_API Findings evaluate(const Policy& policy, const ContainerSpec& spec, const HostView& host);

/// The waivers that waive nothing, once everything of the manifest was judged: of its comments, and of those in the
/// policy that name one of its skills. `findings` are those of all its skills and instances, expired waivers included.
[[nodiscard]] SKILLRUN_API Findings unused_waivers(const Policy& policy, const Manifest& manifest,
                                                   const Findings& findings);

/// Findings of readers and parsers under a policy: it can raise their severity, never lower it, because what could not
/// be understood is refused under every policy. evaluate() does so for `spec.problems`.
[[nodiscard]] SKILLRUN_API Findings apply_severities(const Policy& policy, Findings findings);

/// A spec that policy has admitted. Engines take nothing else, and only admit() can make one, so what runs was judged.
/// Immutable; copies share what they hold and may be used from several threads.
class SKILLRUN_API ApprovedSpec {
 public:
  [[nodiscard]] const ContainerSpec& spec() const noexcept;
  /// Warnings and infos.
  [[nodiscard]] const Findings& findings() const noexcept;
  [[nodiscard]] const std::string& policy() const noexcept;
  [[nodiscard]] const std::string& policy_digest() const noexcept;

  /// Judges what an engine made of the spec by the policy that admitted it, on the day on which it did. The policy's
  /// defaults are not filled in again: what is missing is missing.
  [[nodiscard]] Findings judge_again(const ContainerSpec& made, const HostView& host) const;

  /// Whether the policy would admit this label, had the manifest set it: for those that an image brings along.
  [[nodiscard]] bool admits_label(const std::string& key, const std::string& value, const HostView& host) const;

 private:
  friend std::expected<ApprovedSpec, struct Refusal> admit(const Policy&, ContainerSpec, const HostView&);
  struct State;
  explicit ApprovedSpec(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

  std::shared_ptr<const State> state_;
};

/// Why a spec was not admitted: all findings, at least one of them an error.
struct Refusal {
  ContainerSpec spec;
  Findings findings;
  std::string policy;
};

/// Fills the policy's defaults in, judges the result, and approves it when no finding is an error. Bind sources of an
/// approved spec are replaced by their real paths, which were judged too, and a seccomp profile's path by its text;
/// protected names of folders that the skill may write are mounted read-only over themselves.
[[nodiscard]] SKILLRUN_API std::expected<ApprovedSpec, Refusal> admit(const Policy& policy, ContainerSpec spec,
                                                                      const HostView& host);

}  // namespace skillrun::inline v0
