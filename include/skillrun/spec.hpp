#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/declaration.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/grant.hpp>

namespace skillrun {

enum class OriginKind : std::uint8_t {
  builtin,         ///< skillrun's own default
  policy_default,  ///< a policy filled a gap; `field` is the policy's name
  manifest,        ///< a key of the manifest
  extra_args,      ///< a word of extra_args
  command_line,    ///< an option of the caller; `field` is the option
  create_request,  ///< a member of what a client asks an engine for; `field` is its JSON pointer
};

/// Where a setting comes from: what explain shows and what a finding points at.
struct Origin {
  OriginKind kind = OriginKind::builtin;
  std::string field;  ///< "docker.memory", "docker.extra_args[0]", "--env", "/HostConfig/Memory", or a policy's name
  Span span;          ///< in the manifest; unknown for the other kinds
  std::string text;   ///< as written, before variables were expanded
  std::vector<Expansion> expansions = {};  ///< the variables in it
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

enum class BindRecursion : std::uint8_t { unset, enabled, disabled, writable, readonly };

// Docker's words; empty for unset.
[[nodiscard]] std::string_view to_string(MountType type) noexcept;
[[nodiscard]] std::string_view to_string(Propagation propagation) noexcept;
[[nodiscard]] std::string_view to_string(BindRecursion recursion) noexcept;

struct KeyValue {
  std::string key;
  std::string value;
};

/// One mount, whichever spelling declared it.
struct Mount {
  MountType type = MountType::bind;
  std::string source;  ///< bind: absolute, lexically clean host path; volume: its name, which admit() makes the
                       ///< engine's; empty when anonymous
  std::string target;  ///< absolute, lexically clean path in the container
  bool read_only = false;
  Propagation propagation = Propagation::unset;
  Relabel relabel = Relabel::none;
  bool nocopy = false;
  bool create_source = false;  ///< as -v asks for a missing source; no engine is told so, a missing one is refused
  std::string subpath;
  std::optional<std::int64_t> tmpfs_size;
  std::optional<std::uint32_t> tmpfs_mode;
  std::string tmpfs_options;  ///< further options of a `tmpfs` entry (noexec, nosuid, uid=...), comma-separated, sorted
  std::string driver;         ///< volume driver; empty: the engine's own (local)
  std::vector<KeyValue> driver_options;            ///< of a volume that the engine makes; a later one of a key wins
  std::vector<KeyValue> labels;                    ///< of a volume that the engine makes
  BindRecursion recursion = BindRecursion::unset;  ///< whether a bind takes along what is mounted below its source
  bool caller_workdir = false;  ///< the source is the caller's working directory or lies below it, as written
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

/// How a container appears on its network. Docker's EndpointSettings.
struct NetworkEndpoint {
  std::vector<std::string> aliases;
  std::vector<KeyValue> driver_options;
  std::string ipv4_address;
  std::string ipv6_address;
  std::vector<std::string> link_local_ips;
  std::string mac_address;
  std::optional<std::int64_t> gateway_priority;
};

/// A network together with the options that the CSV form gives for it.
struct NetworkAttachment {
  NetworkMode mode;
  NetworkEndpoint endpoint;
};

/// Reads what docker reads: literal names, container:ID, podman's ns:PATH, and the CSV form (name=host,alias=x) when
/// the text holds `word=word`.
[[nodiscard]] std::expected<NetworkAttachment, ParseError> parse_network_attachment(std::string_view text);

/// The same where only a mode has a meaning: options of the CSV form are refused.
[[nodiscard]] std::expected<NetworkMode, ParseError> parse_network(std::string_view text);

/// A MAC address, six bytes in hexadecimal with colons or dashes, in its form with colons and lower case.
[[nodiscard]] std::expected<std::string, ParseError> parse_mac_address(std::string_view text);

enum class NamespaceMode : std::uint8_t { private_, host, container, shareable, none, path };

/// The PID, IPC, UTS, user or cgroup namespace of a container.
struct NamespaceSetting {
  NamespaceMode mode = NamespaceMode::private_;
  std::string name;  ///< the container or the path; empty for the other modes

  [[nodiscard]] std::string text() const;
};

enum class NamespaceKind : std::uint8_t { pid, ipc, uts, user, cgroup };

/// The value of --pid, --ipc, --uts, --userns or --cgroupns; each knows other words.
[[nodiscard]] std::expected<NamespaceSetting, ParseError> parse_namespace(NamespaceKind kind, std::string_view text);

/// [ip:][host]:container[/proto], or docker's CSV form (published, target, protocol, mode); parse_ports expands ranges.
struct PortMapping {
  std::string host_ip;                     ///< empty: every interface
  std::optional<std::uint16_t> host_port;  ///< empty: any free one
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";  ///< tcp, udp or sctp
};

[[nodiscard]] std::expected<std::vector<PortMapping>, ParseError> parse_ports(std::string_view text);

/// A port or range of ports with an optional protocol, as --expose takes it: "80", "8000-8003/udp"; one text of the
/// form "80/tcp" for each port.
[[nodiscard]] std::expected<std::vector<std::string>, ParseError> parse_exposed_ports(std::string_view text);

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

/// `all`, a count, or the CSV form of --gpus (count, device, driver, capabilities, options).
struct GpuRequest {
  std::int64_t count = -1;                ///< -1: all; 0 with device_ids: those
  std::string driver;                     ///< empty: the engine chooses
  std::vector<std::string> device_ids;    ///< indices or UUIDs
  std::vector<std::string> capabilities;  ///< beside "gpu", which is always asked for
  std::vector<KeyValue> options;          ///< of the driver
};

[[nodiscard]] std::expected<GpuRequest, ParseError> parse_gpus(std::string_view text);

/// The name of a device by the Container Device Interface: vendor.com/class=name.
[[nodiscard]] bool is_cdi_device(std::string_view text) noexcept;

/// A bound on the traffic of one block device: /dev/path:rate.
struct DeviceRate {
  std::string path;
  std::int64_t rate = 0;  ///< bytes or operations per second
};

enum class RateUnit : std::uint8_t { bytes, operations };

[[nodiscard]] std::expected<DeviceRate, ParseError> parse_device_rate(std::string_view text, RateUnit unit);

/// /dev/path:weight with a weight from 10 to 1000.
[[nodiscard]] std::expected<DeviceRate, ParseError> parse_device_weight(std::string_view text);

/// no, always, unless-stopped or on-failure[:retries].
struct RestartPolicy {
  std::string name;
  std::int64_t maximum_retries = 0;  ///< 0: no bound; only on-failure may have one
};

[[nodiscard]] std::expected<RestartPolicy, ParseError> parse_restart_policy(std::string_view text);

/// How an engine asks a container whether it is well.
struct Healthcheck {
  bool disabled = false;  ///< the image's own check is switched off; then nothing else is set
  std::string command;    ///< run by the image's shell; empty: the image's own
  std::chrono::nanoseconds interval{};
  std::chrono::nanoseconds timeout{};
  std::chrono::nanoseconds start_period{};
  std::chrono::nanoseconds start_interval{};
  std::int64_t retries = 0;
};

/// A container to be reached under a name: CONTAINER[:ALIAS].
struct Link {
  std::string container;
  std::string alias;
};

[[nodiscard]] std::expected<Link, ParseError> parse_link(std::string_view text);

/// host:ip or host=ip; an address may stand in brackets (docker's opts.ValidateExtraHost, since its version 25).
struct ExtraHost {
  std::string host;
  std::string address;  ///< an address or "host-gateway"
};

[[nodiscard]] std::expected<ExtraHost, ParseError> parse_extra_host(std::string_view text);

/// A signal by name (with or without SIG, any case) or number 1..64, as its canonical name or number: "SIGTERM", "35".
[[nodiscard]] std::expected<std::string, ParseError> parse_signal(std::string_view text);

/// os[/arch[/variant]] in lower case.
[[nodiscard]] std::expected<std::string, ParseError> parse_platform(std::string_view text);

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
[[nodiscard]] std::string_view to_string(PullPolicy pull) noexcept;

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
  List<KeyValue> args;
};

/// How the image is made when it is missing. Exactly one member is set.
struct BuildRecipe {
  std::optional<PackageRecipe> packages;
  std::optional<ContextRecipe> context;
};

// ---------------------------------------------------------------------------------------------------------------------

/// A value of the manifest after its variables were expanded.
struct ExpandedText {
  Origin origin;
  std::string text;  ///< holds what the caller's variables hold: to be judged, never shown
};

/// Everything about one container, typed and normalised. The names are those of the OCI runtime spec and of Docker's
/// HostConfig. Policy reads only this and engines are given only this (inside an ApprovedSpec), so whatever is not
/// here can not reach an engine.
struct ContainerSpec {
  std::string skill;
  std::optional<std::string> instance;
  SourcePtr source;              ///< the manifest that origins point into; may be null
  std::string table = "docker";  ///< the path of the table that declares it, in a Compose file "services.NAME"
  Directives directives;         ///< comments of the manifest that may waive findings; null: none

  Optional<std::string> name;  ///< of the container; absent: the engine chooses one
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
  Optional<Healthcheck> healthcheck;
  Optional<RestartPolicy> restart_policy;
  Optional<std::string> log_driver;
  List<KeyValue> log_options;

  Optional<bool> privileged;
  Optional<bool> readonly_rootfs;
  List<std::string> cap_add;
  List<std::string> cap_drop;
  Optional<bool> no_new_privileges;
  List<std::string> security_opt;  ///< every other security option, as written
  List<KeyValue> sysctls;
  List<Device> devices;
  List<std::string> cdi_devices;  ///< vendor.com/class=name
  Optional<GpuRequest> gpus;
  List<std::string> device_cgroup_rules;  ///< "c 1:3 rwm"
  Optional<std::string> runtime;          ///< the OCI runtime
  Optional<std::string> isolation;
  Optional<std::string> cgroup_parent;
  List<KeyValue> annotations;
  Optional<NamespaceSetting> pid_mode;
  Optional<NamespaceSetting> ipc_mode;
  Optional<NamespaceSetting> uts_mode;
  Optional<NamespaceSetting> userns_mode;
  Optional<NamespaceSetting> cgroupns_mode;

  List<Mount> mounts;                   ///< binds, volumes and tmpfs of every spelling, in order
  Optional<std::string> volume_driver;  ///< of volumes that name no driver of their own
  List<std::string> volumes_from;       ///< containers, each with an optional :ro or :rw
  List<KeyValue> storage_options;

  Optional<NetworkMode> network_mode;
  List<std::string> network_aliases;
  List<KeyValue> network_driver_options;
  Optional<std::string> ipv4_address;
  Optional<std::string> ipv6_address;
  List<std::string> link_local_ips;
  Optional<std::string> mac_address;
  Optional<std::int64_t> gateway_priority;
  List<Link> links;
  List<std::string> exposed_ports;  ///< "80/tcp"
  List<PortMapping> ports;
  Optional<bool> publish_all;
  List<std::string> dns;
  List<std::string> dns_options;
  List<std::string> dns_search;
  List<ExtraHost> extra_hosts;

  Optional<std::int64_t> memory;              ///< bytes; 0 is unlimited
  Optional<std::int64_t> memory_swap;         ///< bytes, memory included; -1 is unlimited
  Optional<std::int64_t> memory_reservation;  ///< bytes
  Optional<std::int64_t> nano_cpus;
  Optional<std::int64_t> cpu_shares;
  Optional<std::int64_t> cpu_period;            ///< microseconds
  Optional<std::int64_t> cpu_quota;             ///< microseconds in each period
  Optional<std::int64_t> cpu_realtime_period;   ///< microseconds
  Optional<std::int64_t> cpu_realtime_runtime;  ///< microseconds
  Optional<std::string> cpuset_cpus;
  Optional<std::string> cpuset_mems;
  Optional<std::int64_t> memory_swappiness;  ///< 0 to 100; -1: the system's
  Optional<bool> oom_kill_disable;
  Optional<std::int64_t> pids_limit;  ///< -1 and 0 are unlimited
  Optional<std::int64_t> shm_size;    ///< bytes
  Optional<std::int64_t> oom_score_adj;
  List<Ulimit> ulimits;
  Optional<std::int64_t> blkio_weight;  ///< 10 to 1000; 0: none
  List<DeviceRate> blkio_weight_devices;
  List<DeviceRate> device_read_bps;
  List<DeviceRate> device_read_iops;
  List<DeviceRate> device_write_bps;
  List<DeviceRate> device_write_iops;

  Optional<bool> detach;  ///< only false can be honoured: a skill's output is passed on
  Optional<bool> rm;      ///< remove the container afterwards; absent means yes
  Optional<PullPolicy> pull;
  Optional<bool> quiet;  ///< a pull shows no progress
  Optional<std::chrono::nanoseconds> timeout;
  Optional<bool> stdin_open;  ///< absent means yes
  Optional<TtyMode> tty;

  std::string workdir;  ///< the caller's working directory, absolute and clean: open to the skill; empty: there is none
  std::string standing;  ///< where the caller stands, absolute; empty: nowhere
  /// The documents that were read, or looked for, to decide what this run is: absolute paths as they were named, which
  /// may lead through links. With a slash at the end, a folder and everything in it. What admit() knows it adds.
  std::vector<std::string> deciding;
  std::string volume_owner;  ///< whose the volumes are that the run makes; set by admit()
  /// The shell's words that ask the caller for grants to this skill, for messages; empty: `skillrun allow SKILL`.
  std::string grant_command;
  Grants grants;                       ///< what the caller lets this skill have beyond what is open
  std::vector<ExpandedText> expanded;  ///< every value of the manifest that holds a variable, whatever it is for

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
  Grants grants;             ///< what the caller lets the skill have, by options and by recorded answers
};

/// Builds the spec: types every value, folds extra_args in, and records an origin for each. Never fails: what can not
/// be read becomes a finding in `problems`, so that everything is reported at once. Pure.
[[nodiscard]] ContainerSpec normalize(const ResolvedSkill& skill, const RunOverrides& overrides,
                                      const CallerContext& caller, const VariableSource& environment);

}  // namespace skillrun
