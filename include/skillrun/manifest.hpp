#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <skillrun/finding.hpp>
#include <skillrun/source.hpp>

namespace skillrun {

/// A value and the place it was written at.
template <class T>
struct Located {
  T value{};
  Span span;
};

/// What became of one `${...}` of a text. Rules ask this, never the text: the name of a variable can be part of another
/// name, and a value says nothing of where it comes from.
struct Expansion {
  std::string variable;
  std::size_t begin = 0;  ///< of what it became, in the expanded text, in bytes
  std::size_t end = 0;    ///< the place just after it
  bool has_value = true;  ///< false: a default stands in its place, or nothing while nobody knows the value (linting)

  /// True when the text holds a value of the caller's environment because of it.
  [[nodiscard]] bool hands_over() const noexcept;
};

/// True for SKILL_WORKDIR, SKILL_NAME, SKILL_DIR, HOME, UID, GID and PWD, which no environment overrides.
[[nodiscard]] bool is_built_in_variable(std::string_view name) noexcept;

/// A string as declared. After variables were expanded, `written` keeps the text of the manifest for messages.
struct Text {
  std::string value;
  Span span;
  std::string written;                     ///< empty while nothing was expanded
  bool undefined = false;                  ///< a variable in it has no value (only while linting)
  std::vector<Expansion> expansions = {};  ///< in the order in which they begin; a default's own follow it

  [[nodiscard]] const std::string& evidence() const noexcept { return written.empty() ? value : written; }
};

struct TextList {
  std::vector<Text> items;
  Span span;
};

struct TextEntry {
  Text key;
  Text value;
};

/// A table of strings, in the order of the file.
struct TextMap {
  std::vector<TextEntry> entries;
  Span span;
};

/// One `[[mounts]]` table. Every member is text; meaning is given by the spec layer.
struct MountTable {
  std::optional<Text> type;  ///< bind (default when source is a path), volume, tmpfs
  std::optional<Text> source;
  std::optional<Text> target;
  std::optional<Located<bool>> read_only;
  std::optional<Text> propagation;
  std::optional<Text> tmpfs_size;
  std::optional<Text> tmpfs_mode;
  std::optional<Text> subpath;
  std::optional<Located<bool>> nocopy;
  Span span;
};

struct MountTables {
  std::vector<MountTable> items;
  Span span;
};

/// `build.packages`: an image made of Debian packages.
struct PackageBuild {
  std::optional<Text> suite;
  std::optional<TextList> include;
  Span span;
};

/// `build`: how to make the image when it is missing; exactly one of `context` and `packages`.
struct BuildTable {
  std::optional<Text> context;
  std::optional<Text> dockerfile;
  std::optional<Text> target;
  std::optional<TextMap> args;
  std::optional<PackageBuild> packages;
  Span span;
};

/// The `docker` table of a skill or an instance, as written: every member is absent until somebody wrote it.
///
/// The keys that exist, their types and what they mean stand once, in the field table of
/// src/manifest/docker_fields.hpp; reading, overlaying and expanding all walk that table.
struct DockerRuntimeConfig {
  std::optional<Text> image;
  std::optional<Text> entrypoint;
  std::optional<TextList> command;
  std::optional<TextList> volumes;
  std::optional<Text> working_dir;
  std::optional<TextList> environment;
  std::optional<Text> memory;
  std::optional<Text> cpus;
  std::optional<Text> network;
  std::optional<Located<bool>> rm;
  std::optional<Text> user;
  std::optional<Text> gpus;
  std::optional<Located<bool>> read_only;
  std::optional<Text> platform;
  std::optional<TextList> extra_args;

  std::optional<MountTables> mounts;
  std::optional<TextList> tmpfs;
  std::optional<TextList> ports;
  std::optional<TextList> cap_add;
  std::optional<TextList> cap_drop;
  std::optional<TextList> security_opt;
  std::optional<Text> pids_limit;
  std::optional<TextMap> ulimits;
  std::optional<Text> shm_size;
  std::optional<TextMap> labels;
  std::optional<Located<bool>> init;
  std::optional<Text> hostname;
  std::optional<TextList> dns;
  std::optional<TextList> extra_hosts;
  std::optional<TextList> group_add;
  std::optional<TextMap> sysctls;
  std::optional<TextList> devices;
  std::optional<Text> stop_signal;
  std::optional<Text> stop_timeout;
  std::optional<Text> memory_swap;
  std::optional<Text> memory_reservation;
  std::optional<Text> pull;
  std::optional<Text> timeout;
  std::optional<Located<bool>> stdin_open;  ///< the key is `stdin`
  std::optional<Text> tty;                  ///< auto, true or false
  std::optional<BuildTable> build;

  Span span;  ///< the table's own place
};

struct InstanceDefinition {
  std::string name;
  Span span;
  std::optional<Text> description;
  std::optional<TextMap> env;
  std::optional<TextMap> config;
  std::optional<Located<bool>> network_access;  ///< capabilities.network_access
  std::optional<TextList> allowed_paths;        ///< capabilities.allowed_paths
  std::optional<DockerRuntimeConfig> docker;
};

enum class RuntimeKind : std::uint8_t { docker, wasm, native };

/// One skill as written.
struct SkillDefinition {
  std::string name;
  Span span;  ///< of the name
  std::optional<Text> description;
  std::optional<Text> source;
  std::optional<Text> runtime;
  RuntimeKind runtime_kind = RuntimeKind::docker;
  std::optional<Text> default_instance;
  std::optional<TextMap> env;
  std::optional<TextMap> config;
  std::optional<TextList> services;
  std::optional<DockerRuntimeConfig> docker;
  std::vector<InstanceDefinition> instances;  ///< in the order of the file

  [[nodiscard]] const InstanceDefinition* find_instance(std::string_view instance) const noexcept;
};

/// A comment `# skillrun: ...` of a manifest. It is about its own line, or, where it stands alone, about the line
/// below.
struct Directive {
  std::string text;        ///< what follows "skillrun:", without blanks around it
  Span span;               ///< the comment
  std::uint32_t line = 0;  ///< the line that it is about
  std::string skill;       ///< whose value or key stands there; empty: nobody's
};

/// Null where there is none.
using Directives = std::shared_ptr<const std::vector<Directive>>;

/// A manifest file as written: nothing expanded, nothing defaulted.
struct Manifest {
  SourcePtr source;
  std::string version;
  std::optional<TextMap> default_env;   ///< [defaults.env]
  std::vector<SkillDefinition> skills;  ///< in the order of the file
  Findings warnings;                    ///< found while reading; never errors
  Directives directives;                ///< in the order of the file

  [[nodiscard]] const SkillDefinition* find_skill(std::string_view skill) const noexcept;
};

enum class ManifestFormat : std::uint8_t { toml, yaml };

/// The format that a file's name asks for (.toml, .yaml, .yml), if any.
[[nodiscard]] std::optional<ManifestFormat> format_of(std::string_view path) noexcept;

/// Largest manifest that is read, in bytes. A larger one is an error that says so.
inline constexpr std::size_t max_manifest_size = std::size_t{1} << 20;

/// A manifest as far as it can be understood, and everything that is wrong with it: skills whose name or table can not
/// be read are left out, values at fault are absent. For reports; only a valid one may run.
struct ManifestReading {
  Manifest manifest;
  Findings findings;
  bool valid = false;  ///< no finding is an error
};

/// Reads one manifest. All faults are reported, not only the first. Pure: touches nothing outside `source`.
[[nodiscard]] ManifestReading read_manifest(SourcePtr source, ManifestFormat format);

/// The same for those who want a valid manifest or none.
[[nodiscard]] std::expected<Manifest, Findings> parse_manifest(SourcePtr source, ManifestFormat format);

/// The regular file at `path`, at most max_manifest_size bytes; otherwise why it can not be read, as half a sentence.
[[nodiscard]] std::expected<SourcePtr, std::string> read_source(const std::string& path);

/// Reads the file at `path` (at most max_manifest_size bytes) and parses it by its suffix.
[[nodiscard]] std::expected<Manifest, Findings> load_manifest(const std::string& path);

/// Where variables get their values. Implementations must be safe for const use from several threads.
class VariableSource {
 public:
  VariableSource() = default;
  VariableSource(const VariableSource&) = delete;
  VariableSource& operator=(const VariableSource&) = delete;
  virtual ~VariableSource() = default;
  /// The value of `name`; nothing when it is unset. A set but empty variable is an empty string.
  [[nodiscard]] virtual std::optional<std::string> lookup(std::string_view name) const = 0;
};

/// Variables from a map: for linting, tests and embedding programs.
class MapVariables final : public VariableSource {
 public:
  explicit MapVariables(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
  [[nodiscard]] std::optional<std::string> lookup(std::string_view name) const override;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Variables from this process's environment.
class EnvironmentVariables final : public VariableSource {
 public:
  [[nodiscard]] std::optional<std::string> lookup(std::string_view name) const override;
};

/// A failed expansion: what is wrong and the byte offset in the text.
struct ExpandError {
  std::string message;
  std::size_t offset = 0;
  bool undefined = false;  ///< a variable without a value, as opposed to wrong syntax
};

/// Expands ${V}, ${V:-d}, ${V-d}, ${V:?m}, ${V?m} and $$; defaults may hold variables again. A `$` that starts none of
/// these stays as it is. Linear in the length of text and result; nesting and result size are bounded.
/// `expansions` gets one entry for each reference that was read, also when the expansion fails.
[[nodiscard]] std::expected<std::string, ExpandError> expand_variables(std::string_view text,
                                                                       const VariableSource& variables,
                                                                       std::vector<Expansion>* expansions = nullptr);

/// A skill with its instance chosen and its variables expanded: what the spec layer reads.
struct ResolvedSkill {
  SourcePtr source;
  std::string name;
  std::optional<std::string> instance;
  std::optional<Text> description;
  std::optional<Text> source_image;  ///< the image that `source = "docker:IMAGE"` names, without the prefix
  DockerRuntimeConfig docker;        ///< the skill's table with the instance's laid over it
  TextMap env;                       ///< defaults, then skill, then instance; a later entry replaces an earlier one
  TextMap config;                    ///< skill, then instance, likewise; shown, never passed to the container
  std::optional<Located<bool>> network_access;
  std::optional<TextList> allowed_paths;
  Findings warnings;
  Directives directives;  ///< of the whole manifest
};

/// What is built in beside the environment: SKILL_WORKDIR, HOME, UID, GID, PWD come from here; SKILL_NAME and SKILL_DIR
/// from the skill itself.
struct CallerContext {
  std::string workdir;  ///< absolute: --workdir, otherwise the working directory
  std::string cwd;      ///< absolute
  std::string home;     ///< absolute, or empty
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;

  /// This process's user and folders. `workdir` is made absolute; empty means the working directory.
  [[nodiscard]] static CallerContext current(const std::string& workdir = {});
};

/// What becomes of a variable without a value. `warning` is for reports: nothing of a skill is left unjudged because of
/// one value, so a wrong `${` too leaves out only the value that it is in, with its error among the warnings.
enum class UndefinedVariables : std::uint8_t { error, warning };

/// Chooses the instance (the given one, else default_instance, else none), lays its table over the skill's and expands
/// every string. An instance that is not declared is an error, except "default".
[[nodiscard]] std::expected<ResolvedSkill, Findings> resolve_skill(
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
[[nodiscard]] std::expected<Discovery, std::string> discover_manifests(const DiscoveryOptions& options);

/// A skill found by name, and the manifest it belongs to.
struct FoundSkill {
  std::shared_ptr<const Manifest> manifest;
  const SkillDefinition* skill = nullptr;  ///< points into `manifest`
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
class SkillCatalog {
 public:
  explicit SkillCatalog(Discovery discovery);

  /// The first skill of that name. Findings when a manifest on the way there can not be read: it might have held it.
  [[nodiscard]] std::expected<FoundSkill, std::variant<NoSuchSkill, DoubtedManifest, Findings>> find(
      std::string_view name);

  struct Entry {
    FoundSkill found;
    std::vector<std::string> shadows;  ///< later files that declare the same skill
  };
  struct Listing {
    std::vector<Entry> entries;  ///< sorted by name
    Findings broken;             ///< errors of manifests that could not be read
  };
  /// Without manifests in doubt.
  [[nodiscard]] Listing list();

  [[nodiscard]] const Discovery& discovery() const noexcept { return discovery_; }

 private:
  std::expected<std::shared_ptr<const Manifest>, Findings> manifest(std::size_t index);

  Discovery discovery_;
  std::vector<std::optional<std::expected<std::shared_ptr<const Manifest>, Findings>>> loaded_;
};

}  // namespace skillrun
