#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/finding.hpp>
#include <skillrun/manifest.hpp>

namespace skillrun {

enum class OriginKind : std::uint8_t {
  builtin,         ///< skillrun's own default
  policy_default,  ///< a policy filled a gap; `field` is the policy's name
  manifest,        ///< a key of the manifest
  extra_args,      ///< a word of extra_args
  command_line,    ///< an option of the caller; `field` is the option
};

/// Where a setting comes from: what explain shows and what a finding points at.
struct Origin {
  OriginKind kind = OriginKind::builtin;
  std::string field;  ///< "docker.memory", "docker.extra_args[0]", "--env", or a policy's name
  Span span;          ///< in the manifest; unknown for the other kinds
  std::string text;   ///< as written, before variables were expanded
};

/// A value together with its origin.
template <class T>
struct Setting {
  T value{};
  Origin origin;
};

template <class T>
using Optional = std::optional<Setting<T>>;

template <class T>
using List = std::vector<Setting<T>>;

// ---------------------------------------------------------------------------------------------------------------------
// Value types. Each has one parser in src/spec; a parser takes the whole text and never accepts a part of it.
// ---------------------------------------------------------------------------------------------------------------------

/// Why a text is not a value of its type: what was expected and what was found, lower case, no full stop.
struct ParseError {
  std::string message;
  bool unknown_type = false;  ///< a mount of a type that is not known
};

/// An image reference by the grammar of the distribution project (reference/regexp.go), normalised as docker does.
struct ImageReference {
  std::string registry;    ///< "docker.io" when the text names none; index.docker.io becomes docker.io
  std::string repository;  ///< "library/" is added for one-component names on docker.io
  std::string tag;         ///< empty when the text has none
  std::string digest;      ///< "sha256:..." or empty
  std::string id;          ///< 64 hex digits: an image id; then all others are empty

  /// As an engine takes it: "docker.io/library/x:tag@digest" in docker's familiar short form; "latest" is added when
  /// there is neither tag nor digest.
  [[nodiscard]] std::string familiar() const;
  /// The same with the registry always spelled out.
  [[nodiscard]] std::string canonical() const;
};

[[nodiscard]] std::expected<ImageReference, ParseError> parse_image_reference(std::string_view text);

/// A number of bytes as docker's --memory and its like read it (1024-based suffixes b k m g t p). Never negative.
[[nodiscard]] std::expected<std::int64_t, ParseError> parse_bytes(std::string_view text);

/// A CPU count as --cpus reads it, in billionths; only plain decimals with at most nine digits after the point.
[[nodiscard]] std::expected<std::int64_t, ParseError> parse_nano_cpus(std::string_view text);

/// A span of time in Go's notation (1h30m, 90s, 1.5s, 250ms); a bare number is refused. Never negative.
[[nodiscard]] std::expected<std::chrono::nanoseconds, ParseError> parse_duration(std::string_view text);

/// UID[:GID] or NAME[:GROUP].
struct UserSpec {
  std::string user;   ///< a number without leading zeros, or a name
  std::string group;  ///< likewise; may be empty
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  bool host = false;  ///< "host" was asked for: uid and gid are the caller's (keep-id on rootless podman)

  [[nodiscard]] std::string text() const;
};

[[nodiscard]] std::expected<UserSpec, ParseError> parse_user(std::string_view text);

enum class MountType : std::uint8_t { bind, volume, tmpfs };
enum class Propagation : std::uint8_t { unset, private_, rprivate, shared, rshared, slave, rslave };
enum class Relabel : std::uint8_t { none, shared, private_ };  ///< :z and :Z

/// One mount, whichever spelling declared it.
struct Mount {
  MountType type = MountType::bind;
  std::string source;  ///< bind: absolute, lexically clean host path; volume: its name, empty when anonymous
  std::string target;  ///< absolute, lexically clean path in the container
  bool read_only = false;
  Propagation propagation = Propagation::unset;
  Relabel relabel = Relabel::none;
  bool nocopy = false;
  bool create_source = false;  ///< -v creates a missing source on the host (as root); --mount does not
  std::string subpath;
  std::optional<std::int64_t> tmpfs_size;
  std::optional<std::uint32_t> tmpfs_mode;
  std::string tmpfs_options;  ///< further options of a `tmpfs` entry (noexec, nosuid, uid=...), comma-separated, sorted
  bool caller_workdir =
      false;  ///< the source is the working directory that the caller chose, not the manifest's author
};

/// How relative and home-relative host paths are read.
struct PathContext {
  std::string base;  ///< absolute folder of the manifest; relative sources are below it
  std::string home;  ///< what a leading "~" means; empty: "~" is refused
};

/// `source:target[:mode]` as in `volumes` and -v.
[[nodiscard]] std::expected<Mount, ParseError> parse_volume(std::string_view text, const PathContext& paths);

/// The CSV form of --mount: `type=bind,source=/a,target=/b,readonly`.
[[nodiscard]] std::expected<Mount, ParseError> parse_mount(std::string_view text, const PathContext& paths);

/// `target[:options]` as in `tmpfs` and --tmpfs.
[[nodiscard]] std::expected<Mount, ParseError> parse_tmpfs(std::string_view text);

/// A path with "." and ".." resolved, repeated slashes removed, no trailing slash. `path` must be absolute.
[[nodiscard]] std::string clean_path(std::string_view path);

enum class NetworkKind : std::uint8_t { none, bridge, host, container, path, named };

/// A network mode. `name` is the network, the container or the path; empty for none, bridge and host.
struct NetworkMode {
  NetworkKind kind = NetworkKind::none;
  std::string name;

  [[nodiscard]] std::string text() const;
};

/// Reads what docker reads: literal names, container:ID, podman's ns:PATH, and the CSV form (name=host,alias=x) when
/// the text holds `word=word`. Options other than name in the CSV form are refused.
[[nodiscard]] std::expected<NetworkMode, ParseError> parse_network(std::string_view text);

/// [ip:][host]:container[/proto]; ranges are expanded by parse_ports.
struct PortMapping {
  std::string host_ip;                     ///< empty: every interface
  std::optional<std::uint16_t> host_port;  ///< empty: any free one
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";  ///< tcp, udp or sctp
};

[[nodiscard]] std::expected<std::vector<PortMapping>, ParseError> parse_ports(std::string_view text);

/// name=soft[:hard].
struct Ulimit {
  std::string name;
  std::int64_t soft = 0;  ///< -1: unlimited
  std::int64_t hard = 0;
};

[[nodiscard]] std::expected<Ulimit, ParseError> parse_ulimit(std::string_view text);

/// A capability in upper case without CAP_; "ALL" is kept as it is.
[[nodiscard]] std::expected<std::string, ParseError> parse_capability(std::string_view text);

/// host[:container[:permissions]].
struct Device {
  std::string host;
  std::string container;
  std::string permissions = "rwm";
};

[[nodiscard]] std::expected<Device, ParseError> parse_device(std::string_view text, const PathContext& paths);

/// `all` or a count; other forms of --gpus are refused.
struct GpuRequest {
  std::int64_t count = -1;  ///< -1: all
};

[[nodiscard]] std::expected<GpuRequest, ParseError> parse_gpus(std::string_view text);

/// host:ip.
struct ExtraHost {
  std::string host;
  std::string address;  ///< an address or "host-gateway"
};

[[nodiscard]] std::expected<ExtraHost, ParseError> parse_extra_host(std::string_view text);

/// A signal by name (with or without SIG, any case) or number 1..64, as its canonical name or number: "SIGTERM", "35".
[[nodiscard]] std::expected<std::string, ParseError> parse_signal(std::string_view text);

/// os[/arch[/variant]] in lower case.
[[nodiscard]] std::expected<std::string, ParseError> parse_platform(std::string_view text);

struct KeyValue {
  std::string key;
  std::string value;
};

/// An environment entry. `NAME` alone copies the caller's variable: normalize() looks it up, so that what is judged is
/// what runs; when the caller has none, `value` stays empty and the container gets no such variable.
struct EnvironmentEntry {
  std::string name;
  std::optional<std::string> value;
  bool from_caller = false;
};

[[nodiscard]] std::expected<EnvironmentEntry, ParseError> parse_environment(std::string_view text);

enum class PullPolicy : std::uint8_t { missing, always, never };

[[nodiscard]] std::expected<PullPolicy, ParseError> parse_pull_policy(std::string_view text);

enum class TtyMode : std::uint8_t { automatic, on, off };

/// An image of Debian packages.
struct PackageRecipe {
  std::string suite;
  std::vector<std::string> include;  ///< sorted, without repeats
};

/// A Dockerfile build.
struct ContextRecipe {
  std::string context;     ///< absolute folder
  std::string dockerfile;  ///< relative to the context
  std::string target;
  std::vector<KeyValue> args;
};

/// How the image is made when it is missing. Exactly one member is set.
struct BuildRecipe {
  std::optional<PackageRecipe> packages;
  std::optional<ContextRecipe> context;
};

// ---------------------------------------------------------------------------------------------------------------------

/// Everything about one container, typed and normalised. The names are those of the OCI runtime spec and of Docker's
/// HostConfig. Policy reads only this and engines are given only this (inside an ApprovedSpec), so whatever is not
/// here can not reach an engine.
struct ContainerSpec {
  std::string skill;
  std::optional<std::string> instance;
  SourcePtr source;       ///< the manifest that origins point into; may be null
  Directives directives;  ///< comments of the manifest that may waive findings; null: none

  Setting<ImageReference> image;
  Optional<std::string> platform;
  Optional<BuildRecipe> build;
  Optional<std::string> entrypoint;
  List<std::string> command;   ///< the manifest's words, then the caller's
  List<EnvironmentEntry> env;  ///< the last one of a name wins
  List<KeyValue> labels;
  Optional<std::string> working_dir;
  Optional<UserSpec> user;
  List<std::string> group_add;
  Optional<std::string> hostname;
  Optional<std::string> domainname;
  Optional<std::string> stop_signal;
  Optional<std::chrono::seconds> stop_timeout;
  Optional<bool> init;

  Optional<bool> privileged;
  Optional<bool> readonly_rootfs;
  List<std::string> cap_add;
  List<std::string> cap_drop;
  Optional<bool> no_new_privileges;
  List<std::string> security_opt;  ///< every other security option, as written
  List<KeyValue> sysctls;
  List<Device> devices;
  Optional<GpuRequest> gpus;

  List<Mount> mounts;  ///< binds, volumes and tmpfs of every spelling, in order

  Optional<NetworkMode> network_mode;
  List<PortMapping> ports;
  List<std::string> dns;
  List<ExtraHost> extra_hosts;

  Optional<std::int64_t> memory;              ///< bytes; 0 is unlimited
  Optional<std::int64_t> memory_swap;         ///< bytes, memory included; -1 is unlimited
  Optional<std::int64_t> memory_reservation;  ///< bytes
  Optional<std::int64_t> nano_cpus;
  Optional<std::int64_t> cpu_shares;
  Optional<std::int64_t> pids_limit;  ///< -1 and 0 are unlimited
  Optional<std::int64_t> shm_size;    ///< bytes
  Optional<std::int64_t> oom_score_adj;
  List<Ulimit> ulimits;

  Optional<bool> rm;  ///< remove the container afterwards; absent means yes
  Optional<PullPolicy> pull;
  Optional<std::chrono::nanoseconds> timeout;
  Optional<bool> stdin_open;  ///< absent means yes
  Optional<TtyMode> tty;

  std::vector<std::string> allowed_paths;  ///< narrowed roots that binds may come from; empty: not narrowed

  /// What could not be understood, or would inject a word, or contradicts another value: refused under every policy.
  Findings problems;

  /// True when the skill asks for standard input (the default).
  [[nodiscard]] bool wants_stdin() const noexcept { return !stdin_open || stdin_open->value; }
  [[nodiscard]] bool removes_container() const noexcept { return !rm || rm->value; }
};

/// What the caller adds on the command line; judged like the manifest's values.
struct RunOverrides {
  std::vector<std::string> arguments;    ///< appended to the command
  std::vector<std::string> environment;  ///< NAME=VALUE, or NAME to copy the caller's value
  std::optional<std::string> timeout;
  std::optional<std::string> pull;
  std::optional<TtyMode> tty;
  std::optional<bool> stdin_open;
  std::optional<bool> keep;  ///< --keep: do not remove the container
};

/// Builds the spec: types every value, folds extra_args in, and records an origin for each. Never fails: what can not
/// be read becomes a finding in `problems`, so that everything is reported at once. Pure.
[[nodiscard]] ContainerSpec normalize(const ResolvedSkill& skill, const RunOverrides& overrides,
                                      const CallerContext& caller, const VariableSource& environment);

}  // namespace skillrun
