#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/directive.hpp>
#include <skillrun/export.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/setting.hpp>
#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

/// A value and the place it was written at.
template <class T>
struct Located {
  T value{};
  Span span;
};

/// True for SKILL_WORKDIR, SKILL_NAME, SKILL_DIR, HOME, UID, GID and PWD, which no environment overrides.
[[nodiscard]] SKILLRUN_API bool is_built_in_variable(std::string_view name) noexcept;

/// A string as declared. After variables were expanded, `written` keeps the text of the manifest for messages.
struct WrittenText {
  std::string value;
  Span span;
  std::string written;     ///< empty while nothing was expanded
  bool undefined = false;  ///< a variable in it has no value (only while linting): `value` is what else is known
  std::vector<Expansion> expansions = {};  ///< in the order in which they begin; a default's own follow it

  [[nodiscard]] const std::string& evidence() const noexcept { return written.empty() ? value : written; }
};

struct WrittenList {
  std::vector<WrittenText> items;
  Span span;
};

struct WrittenEntry {
  WrittenText key;
  WrittenText value;
};

/// A table of strings, in the order of the file.
struct WrittenMap {
  std::vector<WrittenEntry> entries;
  Span span;
};

/// One `[[mounts]]` table. Every member is text; meaning is given by the spec layer.
struct MountTable {
  std::optional<WrittenText> type;  ///< bind (default when source is a path), volume, tmpfs
  std::optional<WrittenText> source;
  std::optional<WrittenText> target;
  std::optional<Located<bool>> read_only;
  std::optional<WrittenText> propagation;
  std::optional<WrittenText> tmpfs_size;
  std::optional<WrittenText> tmpfs_mode;
  std::optional<WrittenText> subpath;
  std::optional<Located<bool>> nocopy;
  Span span;
};

struct MountTables {
  std::vector<MountTable> items;
  Span span;
};

/// `build.packages`: an image made of Debian packages.
struct PackageBuild {
  std::optional<WrittenText> suite;
  std::optional<WrittenList> include;
  Span span;
};

/// `build`: how to make the image when it is missing; exactly one of `context` and `packages`.
struct BuildTable {
  std::optional<WrittenText> context;
  std::optional<WrittenText> dockerfile;
  std::optional<WrittenText> target;
  std::optional<WrittenMap> args;
  std::optional<PackageBuild> packages;
  Span span;
};

/// The `docker` table of a skill or an instance, as written: every member is absent until somebody wrote it.
///
/// The keys that exist, their types and what they mean stand once, in the table of settings
/// (src/spec/schema.hpp); reading, overlaying and expanding all walk that table.
struct DockerRuntimeConfig {
  std::optional<WrittenText> image;
  std::optional<WrittenText> entrypoint;
  std::optional<WrittenList> command;
  std::optional<WrittenList> volumes;
  std::optional<WrittenText> working_dir;
  std::optional<WrittenList> environment;
  std::optional<WrittenText> memory;
  std::optional<WrittenText> cpus;
  std::optional<WrittenText> network;
  std::optional<Located<bool>> rm;
  std::optional<WrittenText> user;
  std::optional<WrittenText> gpus;
  std::optional<Located<bool>> read_only;
  std::optional<WrittenText> platform;
  std::optional<WrittenList> extra_args;

  std::optional<MountTables> mounts;
  std::optional<WrittenList> tmpfs;
  std::optional<WrittenList> ports;
  std::optional<WrittenList> cap_add;
  std::optional<WrittenList> cap_drop;
  std::optional<WrittenList> security_opt;
  std::optional<WrittenText> pids_limit;
  std::optional<WrittenMap> ulimits;
  std::optional<WrittenText> shm_size;
  std::optional<WrittenMap> labels;
  std::optional<Located<bool>> init;
  std::optional<WrittenText> hostname;
  std::optional<WrittenList> dns;
  std::optional<WrittenList> extra_hosts;
  std::optional<WrittenList> group_add;
  std::optional<WrittenMap> sysctls;
  std::optional<WrittenList> devices;
  std::optional<WrittenText> stop_signal;
  std::optional<WrittenText> stop_timeout;
  std::optional<WrittenText> memory_swap;
  std::optional<WrittenText> memory_reservation;
  std::optional<WrittenText> pull;
  std::optional<WrittenText> timeout;
  std::optional<Located<bool>> stdin_open;  ///< the key is `stdin`
  std::optional<WrittenText> tty;           ///< auto, true or false
  std::optional<BuildTable> build;

  Span span;  ///< the table's own place
};

/// `capabilities`: what an instance may reach, or all of a file.
struct CapabilityTable {
  std::optional<Located<bool>> network_access;  ///< false takes the network away
  std::optional<WrittenList> allowed_paths;     ///< the only ones that binds may come from or go to
  std::optional<WrittenText> max_concurrent_requests;
  Span span;
};

/// A service of the host or the network that a skill needs: shown, never started.
struct ServiceNeed {
  std::optional<WrittenText> name;
  std::optional<WrittenText> description;
  std::optional<WrittenText> type;
  std::optional<Located<bool>> optional;
  std::optional<WrittenText> default_port;
  Span span;
};

struct ServiceNeeds {
  std::vector<ServiceNeed> items;
  Span span;
};

/// Where variables get their values. Implementations must be safe for const use from several threads.
class SKILLRUN_API VariableSource {
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
  std::optional<WrittenText> description;
  std::optional<WrittenText> source_image;  ///< the image that `source = "docker:IMAGE"` names, without the prefix
  DockerRuntimeConfig docker;               ///< the skill's table with the instance's laid over it
  WrittenMap env;                        ///< defaults, then skill, then instance; a later entry replaces an earlier one
  WrittenMap config;                     ///< skill, then instance, likewise; shown, never passed to the container
  CapabilityTable capabilities;          ///< the instance's
  CapabilityTable default_capabilities;  ///< of the file: the keys that the instance leaves out
  Findings warnings;
  Directives directives;  ///< of the whole manifest
};

/// What is built in beside the environment: SKILL_WORKDIR, HOME, UID, GID, PWD come from here; SKILL_NAME and SKILL_DIR
/// from the skill itself.
struct SKILLRUN_API CallerContext {
  std::string
      workdir;       ///< absolute: --workdir, otherwise the working directory; empty where that is not there any more
  std::string cwd;   ///< absolute, or empty in the same case
  std::string home;  ///< absolute, or empty
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;

  /// This process's user and folders. `workdir` is made absolute; empty means the working directory.
  [[nodiscard]] static CallerContext current(const std::string& workdir = {});
};

}  // namespace skillrun::inline v0
