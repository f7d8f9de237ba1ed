#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/finding.hpp>
#include <skillrun/spec.hpp>

namespace skillrun {

/// What the machine knows about a path, as rules may ask. Implementations must be safe for const use from several
/// threads. While linting nothing of this machine is consulted: use LexicalHost.
class HostView {
 public:
  HostView() = default;
  HostView(const HostView&) = delete;
  HostView& operator=(const HostView&) = delete;
  virtual ~HostView() = default;
  /// `path` with every symlink followed, or nothing when it can not be resolved. For a path whose end does not exist,
  /// the existing part is resolved and the rest appended.
  [[nodiscard]] virtual std::optional<std::string> real_path(const std::string& path) const = 0;
  /// The socket that the selected engine listens on, when it is a file of this machine.
  [[nodiscard]] virtual std::optional<std::string> engine_socket() const = 0;
  /// The caller's user id, where rules ask whose folder something is.
  [[nodiscard]] virtual std::optional<std::uint32_t> uid() const = 0;
  /// The caller's group id: with uid(), what `user = "host"` means where only a policy asked for it.
  [[nodiscard]] virtual std::optional<std::uint32_t> gid() const { return std::nullopt; }
  /// The caller's home, where it is not one of the usual places.
  [[nodiscard]] virtual std::optional<std::string> home() const { return std::nullopt; }
  /// Whether `path` exists; nothing when that can not be told.
  [[nodiscard]] virtual std::optional<bool> exists(const std::string&) const { return std::nullopt; }
  /// True when this machine's file system answers: then a path that real_path() can not resolve is refused, because
  /// nobody knows what it leads to.
  [[nodiscard]] virtual bool reads_file_system() const { return false; }
};

/// Knows nothing: every question about the machine stays open and rules judge the text alone.
class LexicalHost final : public HostView {
 public:
  [[nodiscard]] std::optional<std::string> real_path(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> engine_socket() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::uint32_t> uid() const override { return std::nullopt; }
};

/// Reads this machine's file system.
class LocalHost final : public HostView {
 public:
  explicit LocalHost(std::optional<std::string> engine_socket = std::nullopt) : socket_(std::move(engine_socket)) {}
  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const override;
  [[nodiscard]] std::optional<std::string> engine_socket() const override { return socket_; }
  [[nodiscard]] std::optional<std::uint32_t> uid() const override;
  [[nodiscard]] std::optional<std::uint32_t> gid() const override;
  [[nodiscard]] std::optional<std::string> home() const override;
  [[nodiscard]] std::optional<bool> exists(const std::string& path) const override;
  [[nodiscard]] bool reads_file_system() const override { return true; }

 private:
  std::optional<std::string> socket_;
};

/// One entry of the rule catalogue, as shown by `skillrun rules`.
struct RuleInfo {
  std::string_view id;
  Severity privileged;  ///< severity under the built-in policies
  Severity baseline;
  Severity restricted;
  std::string_view summary;  ///< what it checks, one line
  std::string_view why;      ///< what goes wrong without it
  std::string_view remedy;   ///< how to mend it
  std::string_view source;   ///< the standard or incident it comes from
};

/// Every rule, sorted by id.
[[nodiscard]] std::span<const RuleInfo> rule_catalogue();
[[nodiscard]] const RuleInfo* find_rule(std::string_view id);

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

/// A policy ready for use: one severity for every rule. Immutable and safe to share between threads.
class Policy {
 public:
  /// "baseline", "restricted" or "privileged", compiled in; null for any other name.
  [[nodiscard]] static std::shared_ptr<const Policy> builtin(std::string_view name);

  /// Reads a policy document (YAML). Whatever it holds that is not understood is an error with its place.
  [[nodiscard]] static std::expected<std::shared_ptr<const Policy>, Findings> parse(SourcePtr source);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] Severity severity(std::string_view rule) const noexcept;
  [[nodiscard]] const PolicyDefaults& defaults() const noexcept { return defaults_; }

 private:
  friend struct PolicyBuilder;
  Policy() = default;

  std::string name_;
  std::vector<Severity> severities_;  ///< by index in the catalogue
  PolicyDefaults defaults_;
};

/// The spec with the policy's defaults in its gaps; each carries the policy as its origin.
[[nodiscard]] ContainerSpec with_defaults(const Policy& policy, ContainerSpec spec);

/// Judges a spec as it is: apply with_defaults() first to judge what would run. All findings, in a stable order; rules
/// that are off say nothing. `spec.problems` are part of the findings and a policy can only raise their severity: what
/// could not be understood is refused under every policy. Pure but for `host`.
[[nodiscard]] Findings evaluate(const Policy& policy, const ContainerSpec& spec, const HostView& host);

/// Findings of readers and parsers under a policy: it can raise their severity, never lower it, because what could not
/// be understood is refused under every policy. evaluate() does so for `spec.problems`.
[[nodiscard]] Findings apply_severities(const Policy& policy, Findings findings);

/// A spec that policy has admitted. Engines take nothing else, and only admit() can make one, so what runs was judged.
class ApprovedSpec {
 public:
  [[nodiscard]] const ContainerSpec& spec() const noexcept { return spec_; }
  [[nodiscard]] const Findings& findings() const noexcept { return findings_; }
  [[nodiscard]] const std::string& policy() const noexcept { return policy_; }

 private:
  friend std::expected<ApprovedSpec, struct Refusal> admit(const Policy&, ContainerSpec, const HostView&);
  ApprovedSpec(ContainerSpec spec, Findings findings, std::string policy)
      : spec_(std::move(spec)), findings_(std::move(findings)), policy_(std::move(policy)) {}

  ContainerSpec spec_;
  Findings findings_;  ///< warnings and infos
  std::string policy_;
};

/// Why a spec was not admitted: all findings, at least one of them an error.
struct Refusal {
  ContainerSpec spec;
  Findings findings;
  std::string policy;
};

/// Fills the policy's defaults in, judges the result, and approves it when no finding is an error. Bind sources of an
/// approved spec are replaced by their real paths, which were judged too.
[[nodiscard]] std::expected<ApprovedSpec, Refusal> admit(const Policy& policy, ContainerSpec spec,
                                                         const HostView& host);

}  // namespace skillrun
