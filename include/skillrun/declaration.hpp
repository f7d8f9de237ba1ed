#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
/// The keys that exist, their types and what they mean stand once, in the table of settings
/// (src/spec/schema.hpp); reading, overlaying and expanding all walk that table.
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

}  // namespace skillrun
