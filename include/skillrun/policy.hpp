#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/finding.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/spec.hpp>

namespace skillrun {

/// What the machine knows, as rules may ask. Every question has to be answered by each implementation, so that one
/// which passes questions on can not leave a rule without its facts. Implementations must be safe for const use from
/// several threads. While linting nothing of this machine is consulted: use LexicalHost.
class HostView {
 public:
  /// More bytes than any key, profile or file of settings has.
  static constexpr std::size_t text_limit = std::size_t{1} << 20;

  /// A named volume that exists before the skill runs.
  struct Volume {
    std::string driver;
    std::vector<std::pair<std::string, std::string>> options;  ///< of the driver: type, o, device, ...
    std::vector<std::pair<std::string, std::string>> labels = {};
  };

  /// What is in a folder.
  struct Entry {
    std::string name;
    bool is_socket = false;  ///< itself, no link to one
  };

  /// Whose something is.
  struct Ownership {
    std::uint32_t uid = 0;
    bool callers = false;          ///< of the caller; of root under sudo also what belongs to the user who called sudo
    bool everybody_reads = false;  ///< its own mode and those of the folders above it let every user read it
  };

  HostView() = default;
  HostView(const HostView&) = delete;
  HostView& operator=(const HostView&) = delete;
  virtual ~HostView() = default;
  /// `path` with every symlink followed, or nothing when it can not be resolved. For a path whose end does not exist,
  /// the existing part is resolved and the rest appended.
  [[nodiscard]] virtual std::optional<std::string> real_path(const std::string& path) const = 0;
  /// Every symlink that is followed on the way to real_path(), each by the place that it lies at itself. Who replaces
  /// one of them decides what the path means.
  [[nodiscard]] virtual std::vector<std::string> links_on(const std::string& path) const = 0;
  /// The socket that the selected engine listens on, when it is a file of this machine.
  [[nodiscard]] virtual std::optional<std::string> engine_socket() const = 0;
  /// The caller's user id, where rules ask whose folder something is.
  [[nodiscard]] virtual std::optional<std::uint32_t> uid() const = 0;
  /// The caller's group id: with uid(), what `user = "host"` means where only a policy asked for it.
  [[nodiscard]] virtual std::optional<std::uint32_t> gid() const = 0;
  /// The numbers of all groups that the caller is a member of; nothing where nobody knows the caller.
  [[nodiscard]] virtual std::optional<std::vector<std::uint32_t>> groups() const = 0;
  /// Whose `path` is, after every symlink; nothing when that can not be told.
  [[nodiscard]] virtual std::optional<Ownership> ownership(const std::string& path) const = 0;
  /// The caller's home by each of its names (the account's and $HOME); none where nobody knows the caller.
  [[nodiscard]] virtual std::vector<std::string> homes() const = 0;
  /// The homes of all accounts that the machine lists, the caller's included.
  [[nodiscard]] virtual std::vector<std::string> account_homes() const = 0;
  /// skillrun's own folders: the caller's policies and grants, and the records of runs. Who writes there decides what
  /// later runs may do.
  [[nodiscard]] virtual std::vector<std::string> own_folders() const = 0;
  /// Whether `path` exists; nothing when that can not be told. What a run has put there as a stand-in, so that the
  /// skill can not make it, does not.
  [[nodiscard]] virtual std::optional<bool> exists(const std::string& path) const = 0;
  /// What is in the folder at `path`, unsorted; nothing when it is no folder or can not be read.
  [[nodiscard]] virtual std::optional<std::vector<Entry>> entries(const std::string& path) const = 0;
  /// The day on which is judged (UTC). While nobody knows it no waiver holds.
  [[nodiscard]] virtual std::optional<std::chrono::year_month_day> today() const = 0;
  /// Whether `path` is a socket, after every symlink; nothing when that can not be told.
  [[nodiscard]] virtual std::optional<bool> is_socket(const std::string& path) const = 0;
  /// The bytes of a regular file of the caller's machine; nothing when it can not be read or is larger than `limit`.
  [[nodiscard]] virtual std::optional<std::string> file_text(const std::string& path, std::size_t limit) const = 0;
  /// True when the engine runs on another machine: host paths are that machine's, and real_path() and exists() know
  /// nothing about them.
  [[nodiscard]] virtual bool engine_is_remote() const = 0;
  /// What the engine runs images for by itself: "linux/amd64"; nothing when that is not known.
  [[nodiscard]] virtual std::optional<std::string> engine_platform() const = 0;
  /// The engine's volume of this name; nothing when it has none, or nobody was asked.
  [[nodiscard]] virtual std::optional<Volume> existing_volume(const std::string& name) const = 0;
  /// True when this machine's file system answers: then a path that real_path() can not resolve is refused, because
  /// nobody knows what it leads to.
  [[nodiscard]] virtual bool reads_file_system() const = 0;
};

/// Knows nothing: every question about the machine stays open and rules judge the text alone. A view that knows one
/// thing and nothing else derives from it.
class LexicalHost : public HostView {
 public:
  explicit LexicalHost(std::optional<std::chrono::year_month_day> today = std::nullopt) : today_(today) {}
  [[nodiscard]] std::optional<std::string> real_path(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::vector<std::string> links_on(const std::string&) const override { return {}; }
  [[nodiscard]] std::optional<std::string> engine_socket() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::uint32_t> uid() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::uint32_t> gid() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Ownership> ownership(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::vector<std::string> homes() const override { return {}; }
  [[nodiscard]] std::vector<std::string> account_homes() const override { return {}; }
  [[nodiscard]] std::vector<std::string> own_folders() const override { return {}; }
  [[nodiscard]] std::optional<bool> exists(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::vector<Entry>> entries(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::chrono::year_month_day> today() const override { return today_; }
  [[nodiscard]] std::optional<bool> is_socket(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> file_text(const std::string&, std::size_t) const override {
    return std::nullopt;
  }
  [[nodiscard]] bool engine_is_remote() const override { return false; }
  [[nodiscard]] std::optional<std::string> engine_platform() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Volume> existing_volume(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] bool reads_file_system() const override { return false; }

 private:
  std::optional<std::chrono::year_month_day> today_;
};

/// Reads this machine's file system and account database, and asks no engine.
class LocalHost final : public HostView {
 public:
  explicit LocalHost(std::optional<std::string> engine_socket = std::nullopt,
                     std::optional<std::chrono::year_month_day> today = std::nullopt)
      : socket_(std::move(engine_socket)), today_(today) {}
  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> links_on(const std::string& path) const override;
  [[nodiscard]] std::optional<std::string> engine_socket() const override { return socket_; }
  [[nodiscard]] std::optional<std::uint32_t> uid() const override;
  [[nodiscard]] std::optional<std::uint32_t> gid() const override;
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override;
  [[nodiscard]] std::optional<Ownership> ownership(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> homes() const override;
  [[nodiscard]] std::vector<std::string> account_homes() const override;
  [[nodiscard]] std::vector<std::string> own_folders() const override;
  [[nodiscard]] std::optional<bool> exists(const std::string& path) const override;
  [[nodiscard]] std::optional<std::vector<Entry>> entries(const std::string& path) const override;
  [[nodiscard]] std::optional<bool> is_socket(const std::string& path) const override;
  [[nodiscard]] std::optional<std::string> file_text(const std::string& path, std::size_t limit) const override;
  [[nodiscard]] bool engine_is_remote() const override { return false; }
  [[nodiscard]] std::optional<std::string> engine_platform() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Volume> existing_volume(const std::string& /*name*/) const override {
    return std::nullopt;
  }
  [[nodiscard]] bool reads_file_system() const override { return true; }
  [[nodiscard]] std::optional<std::chrono::year_month_day> today() const override { return today_; }

 private:
  std::optional<std::string> socket_;
  std::optional<std::chrono::year_month_day> today_;
};

/// How a parameter's value is written.
enum class ParamType : std::uint8_t {
  size,      ///< bytes, as 512m or 2GiB
  count,     ///< a whole number from 1 up
  cpus,      ///< as docker's --cpus
  duration,  ///< as 90s or 10m
  words,     ///< a list of texts
  paths,     ///< a list of absolute paths, each with everything below it
  images,    ///< a list of patterns of registry/repository: * within a component, ** across
  roots,     ///< a list of absolute paths, of "${SKILL_WORKDIR}", or of tables of path and mode (ro, rw)
  ports,     ///< a list of host ports and ranges: 8080, 8000-8099, 5353/udp
};

/// "a size", "a list of paths", ...: for pages and messages.
[[nodiscard]] std::string_view describe(ParamType type) noexcept;

/// What setting a parameter does, which decides whether a value is stricter than another.
enum class ParamEffect : std::uint8_t {
  limit,    ///< the most that passes; smaller is stricter
  narrow,   ///< only what is listed passes, everything while it is not set; fewer is stricter
  exempt,   ///< what is listed passes beside what is built in; fewer is stricter
  add,      ///< what is listed is refused beside what is built in; values of several policies add up
  replace,  ///< what is listed is refused instead of what is built in; never stricter
};

/// A parameter that a policy may give a rule.
struct RuleParam {
  std::string_view name;
  ParamType type = ParamType::words;
  ParamEffect effect = ParamEffect::limit;
  std::string_view description;                          ///< one line, lower case, no full stop
  std::int64_t builtin_limit = 0;                        ///< the limit while none is set; 0: none
  std::span<const std::string_view> builtin_words = {};  ///< what passes while none is set
  /// Brings a word into the form that the spec has; null: any text is taken as it is.
  std::expected<std::string, ParseError> (*normalize)(std::string_view word) = nullptr;
};

/// What a program can do by itself so that a rule has nothing to report any more.
enum class Mend : std::uint8_t {
  none,    ///< somebody has to decide
  remove,  ///< what the finding is about goes, and nothing else is to be decided
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
  Mend mend = Mend::none;
  std::span<const RuleParam> params = {};

  /// True for what can not be understood: no policy and no waiver makes it pass.
  [[nodiscard]] constexpr bool always_refuses() const noexcept { return privileged == Severity::error; }
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

/// The document that made a setting.
struct PolicyOrigin {
  std::string policy;  ///< its name
  SourcePtr source;    ///< null for a built-in policy
  Span span;
};

/// Reads the documents that `extends` names by their path. Implementations must be safe for const use from several
/// threads.
class PolicyFiles {
 public:
  PolicyFiles() = default;
  PolicyFiles(const PolicyFiles&) = delete;
  PolicyFiles& operator=(const PolicyFiles&) = delete;
  virtual ~PolicyFiles() = default;
  /// The text at an absolute, clean path, with its folder in `directory`; otherwise why it can not be read, as half a
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
[[nodiscard]] std::string_view to_string(PolicyLayer layer) noexcept;

/// A policy that takes part: a document, or a built-in policy by its name.
struct PolicyInput {
  PolicyLayer layer = PolicyLayer::option;
  std::string builtin;
  SourcePtr source;
};

struct PolicyData;

/// A policy ready for use: everything that it extends folded in, judged and compiled. Immutable and safe to share
/// between threads.
class Policy : public std::enable_shared_from_this<Policy> {
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

  /// For the implementation.
  [[nodiscard]] const PolicyData& data() const noexcept { return *data_; }

 private:
  friend struct PolicyBuilder;
  explicit Policy(std::unique_ptr<const PolicyData> data);

  std::unique_ptr<const PolicyData> data_;
};

/// The spec with the policy's defaults in its gaps; each carries the policy as its origin.
[[nodiscard]] ContainerSpec with_defaults(const Policy& policy, ContainerSpec spec);

/// Judges a spec as it is: apply with_defaults() first to judge what would run. All findings, in a stable order; rules
/// that are off say nothing. `spec.problems` are part of the findings and a policy can only raise their severity: what
/// could not be understood is refused under every policy. Findings that a waiver covers say so and refuse nothing; a
/// waiver for this skill that has expired is a finding of its own. Pure but for `host`.
[[nodiscard]] Findings evaluate(const Policy& policy, const ContainerSpec& spec, const HostView& host);

/// The waivers that waive nothing, once everything of the manifest was judged: of its comments, and of those in the
/// policy that name one of its skills. `findings` are those of all its skills and instances, expired waivers included.
[[nodiscard]] Findings unused_waivers(const Policy& policy, const Manifest& manifest, const Findings& findings);

/// Findings of readers and parsers under a policy: it can raise their severity, never lower it, because what could not
/// be understood is refused under every policy. evaluate() does so for `spec.problems`.
[[nodiscard]] Findings apply_severities(const Policy& policy, Findings findings);

/// A spec that policy has admitted. Engines take nothing else, and only admit() can make one, so what runs was judged.
class ApprovedSpec {
 public:
  [[nodiscard]] const ContainerSpec& spec() const noexcept { return spec_; }
  [[nodiscard]] const Findings& findings() const noexcept { return findings_; }
  [[nodiscard]] const std::string& policy() const noexcept { return policy_->name(); }
  [[nodiscard]] const std::string& policy_digest() const noexcept { return policy_->digest(); }

  /// Judges what an engine made of the spec by the policy that admitted it, on the day on which it did. The policy's
  /// defaults are not filled in again: what is missing is missing.
  [[nodiscard]] Findings judge_again(const ContainerSpec& made, const HostView& host) const;

  /// Whether the policy would admit this label, had the manifest set it: for those that an image brings along.
  [[nodiscard]] bool admits_label(const std::string& key, const std::string& value, const HostView& host) const;

 private:
  friend std::expected<ApprovedSpec, struct Refusal> admit(const Policy&, ContainerSpec, const HostView&);
  ApprovedSpec(ContainerSpec spec, Findings findings, std::shared_ptr<const Policy> policy,
               std::optional<std::chrono::year_month_day> day)
      : spec_(std::move(spec)), findings_(std::move(findings)), policy_(std::move(policy)), day_(day) {}

  ContainerSpec spec_;
  Findings findings_;  ///< warnings and infos
  std::shared_ptr<const Policy> policy_;
  std::optional<std::chrono::year_month_day> day_;
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
[[nodiscard]] std::expected<ApprovedSpec, Refusal> admit(const Policy& policy, ContainerSpec spec,
                                                         const HostView& host);

}  // namespace skillrun
