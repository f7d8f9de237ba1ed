#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <skillrun/declaration.hpp>
#include <skillrun/export.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

struct InstanceDefinition {
  std::string name;
  Span span;
  std::optional<WrittenText> description;
  std::optional<WrittenMap> env;
  std::optional<WrittenMap> config;
  std::optional<CapabilityTable> capabilities;
  std::optional<DockerRuntimeConfig> docker;
};

enum class RuntimeKind : std::uint8_t { docker, wasm, native };

/// One skill as written.
struct SKILLRUN_API SkillDefinition {
  std::string name;
  Span span;  ///< of the name
  std::optional<WrittenText> description;
  std::optional<WrittenText> source;
  std::optional<WrittenText> ref;
  std::optional<WrittenText> runtime;
  RuntimeKind runtime_kind = RuntimeKind::docker;
  std::optional<WrittenText> default_instance;
  std::optional<WrittenMap> env;
  std::optional<WrittenMap> config;
  std::optional<ServiceNeeds> services;
  std::optional<DockerRuntimeConfig> docker;
  std::vector<InstanceDefinition> instances;  ///< in the order of the file

  [[nodiscard]] const InstanceDefinition* find_instance(std::string_view instance) const noexcept;
};

/// A manifest file as written: nothing expanded, nothing defaulted.
struct SKILLRUN_API Manifest {
  SourcePtr source;
  std::string version;
  std::optional<WrittenMap> default_env;                ///< [defaults.env]
  std::optional<CapabilityTable> default_capabilities;  ///< [defaults.capabilities]
  std::vector<SkillDefinition> skills;                  ///< in the order of the file
  Findings warnings;                                    ///< found while reading; never errors
  Directives directives;                                ///< in the order of the file

  [[nodiscard]] const SkillDefinition* find_skill(std::string_view skill) const noexcept;
};

enum class ManifestFormat : std::uint8_t { toml, yaml };

/// The format that a file's name asks for (.toml, .yaml, .yml), if any.
[[nodiscard]] SKILLRUN_API std::optional<ManifestFormat> format_of(std::string_view path) noexcept;

/// Largest manifest that is read, in bytes. A larger one is an error that says so.
inline constexpr std::size_t max_manifest_size = std::size_t{1} << 20;

/// A manifest as far as it can be understood, and everything that is wrong with it: skills whose name or table cannot
/// be read are left out, values at fault are absent. Only a skill of which nothing is wrong may run.
struct SKILLRUN_API ManifestReading {
  Manifest manifest;
  Findings findings;
  bool valid = false;  ///< no finding is an error

  /// What forbids to run the skill of that name, whether it could be read or not: the errors of its own, or those of
  /// the file as a whole, which nobody knows how much they hide of. Faults of other skills are none of its own.
  [[nodiscard]] Findings faults_of(std::string_view skill) const;
};

/// Reads one manifest. All faults are reported, not only the first. Pure: touches nothing outside `source`.
[[nodiscard]] SKILLRUN_API ManifestReading read_manifest(SourcePtr source, ManifestFormat format);

/// The same for those who want a valid manifest or none.
[[nodiscard]] SKILLRUN_API std::expected<Manifest, Findings> parse_manifest(SourcePtr source, ManifestFormat format);

/// The regular file at `path`, at most max_manifest_size bytes; otherwise why it cannot be read, as half a sentence.
[[nodiscard]] SKILLRUN_API std::expected<SourcePtr, std::string> read_source(const std::string& path);

/// Reads the file at `path` (at most max_manifest_size bytes) by its suffix, skill by skill.
[[nodiscard]] SKILLRUN_API ManifestReading read_manifest_file(const std::string& path);

/// The same for those who want a valid manifest or none.
[[nodiscard]] SKILLRUN_API std::expected<Manifest, Findings> load_manifest(const std::string& path);

/// Variables from a map: for linting, tests and embedding programs.
class SKILLRUN_API MapVariables final : public VariableSource {
 public:
  explicit MapVariables(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
  [[nodiscard]] std::optional<std::string> lookup(std::string_view name) const override;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Variables from this process's environment.
class SKILLRUN_API EnvironmentVariables final : public VariableSource {
 public:
  [[nodiscard]] std::optional<std::string> lookup(std::string_view name) const override;
};

/// A failed expansion: what is wrong and the byte offset in the text.
struct ExpandError {
  std::string message;
  std::size_t offset = 0;
  bool undefined = false;  ///< a variable without a value, as opposed to wrong syntax
  std::string known{};     ///< of an undefined one: the expanded text with nothing in its place
};

/// Expands ${V}, ${V:-d}, ${V-d}, ${V:?m}, ${V?m} and $$; defaults may hold variables again. A `$` that starts none of
/// these stays as it is. Linear in the length of text and result; nesting and result size are bounded.
/// `expansions` gets one entry for each reference that was read, also when the expansion fails.
[[nodiscard]] SKILLRUN_API std::expected<std::string, ExpandError> expand_variables(
    std::string_view text, const VariableSource& variables, std::vector<Expansion>* expansions = nullptr);

/// What becomes of a variable without a value. `warning` is for reports: nothing of a skill is left unjudged because of
/// one value, so a wrong `${` too leaves out only the value that it is in, with its error among the warnings.
enum class UndefinedVariables : std::uint8_t { error, warning };

/// Chooses the instance (the given one, else default_instance, else none), lays its table over the skill's and expands
/// every string. An instance that is not declared is an error, except "default".
[[nodiscard]] SKILLRUN_API std::expected<ResolvedSkill, Findings> resolve_skill(
    const Manifest& manifest, const SkillDefinition& skill, std::optional<std::string_view> instance,
    const CallerContext& caller, const VariableSource& environment,
    UndefinedVariables undefined = UndefinedVariables::error);

/// Where manifests are looked for. Empty members are skipped.
struct DiscoveryOptions {
  std::vector<std::string> explicit_paths;     ///< -m: files or folders; when given, a path that is missing is an error
  std::vector<std::string> environment_paths;  ///< SKILLRUN_MANIFEST, split at colons
  std::string start_directory;                 ///< the project search walks up from here
  std::string user_directory;                  ///< $XDG_CONFIG_HOME/skillrun/manifests
  std::string system_directory;                ///< /etc/skillrun/manifests
  std::string installed_directory;             ///< share/skillrun/manifests of the installation
  std::uint32_t uid = 0;                       ///< the caller: project files of others are ignored
};

/// A manifest file that discovery found, not read yet.
struct ManifestCandidate {
  std::string path;
  std::string tier;   ///< "option", "environment", "project", "user", "system", "installed"
  std::string doubt;  ///< why it is not to be believed, as half a sentence; empty: nothing speaks against it
};

struct Discovery {
  std::vector<ManifestCandidate> candidates;  ///< the first that has a skill wins
  std::vector<std::string> warnings;          ///< what was ignored and why
  std::vector<std::string> searched;          ///< every place looked at, in order, for "no such skill"
};

/// Lists manifest files in the documented order. Reads folders and ownership, no file's content.
[[nodiscard]] SKILLRUN_API std::expected<Discovery, std::string> discover_manifests(const DiscoveryOptions& options);

/// A skill found by name, and the manifest it belongs to.
struct FoundSkill {
  std::shared_ptr<const Manifest> manifest;  ///< other skills of it may be at fault
  const SkillDefinition* skill = nullptr;    ///< points into `manifest`
  std::string tier;
};

/// No manifest has the skill.
struct NoSuchSkill {
  std::string name;
  std::vector<std::string> closest;  ///< at most three names, best first
  std::vector<std::string> searched;
};

/// A manifest in doubt stands where the skill is looked for: who could have written it decides nothing, neither what
/// runs nor that another manifest's skill of that name does.
struct DoubtedManifest {
  std::string path;
  std::string why;  ///< half a sentence, with what to do
};

/// All manifests that discovery found, read on demand in order. Not thread-safe: it caches what it has read.
class SKILLRUN_API SkillCatalog {
 public:
  explicit SkillCatalog(Discovery discovery);
  SkillCatalog(SkillCatalog&&) noexcept;
  SkillCatalog& operator=(SkillCatalog&&) noexcept;
  SkillCatalog(const SkillCatalog&) = delete;
  SkillCatalog& operator=(const SkillCatalog&) = delete;
  ~SkillCatalog();

  /// The first skill of that name. Findings when it is at fault, or a manifest on the way there cannot be read: it
  /// might have held it. A fault of another skill does not count.
  [[nodiscard]] std::expected<FoundSkill, std::variant<NoSuchSkill, DoubtedManifest, Findings>> find(
      std::string_view name);

  struct Entry {
    FoundSkill found;
    std::vector<std::string> shadows;  ///< later files that declare the same skill
  };
  struct Listing {
    std::vector<Entry> entries;  ///< sorted by name
    Findings broken;             ///< errors of manifests and skills that could not be read
  };
  /// Without manifests in doubt. A name stands for nothing where its first skill is at fault.
  [[nodiscard]] Listing list();

  [[nodiscard]] const Discovery& discovery() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skillrun::inline v0
