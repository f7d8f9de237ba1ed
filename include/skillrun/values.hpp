#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/export.hpp>
#include <skillrun/setting.hpp>

// What settings of a container are made of: plain values. <skillrun/parsing.hpp> reads them.

namespace skillrun::inline v0 {

/// An image reference by the grammar of the distribution project (reference/regexp.go), normalised as docker does.
struct SKILLRUN_API ImageReference {
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

/// UID[:GID] or NAME[:GROUP].
struct SKILLRUN_API UserSpec {
  std::string user;   ///< a number without leading zeros, or a name
  std::string group;  ///< likewise; may be empty
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  bool host = false;  ///< "host" was asked for: uid and gid are the caller's (keep-id on rootless podman)

  [[nodiscard]] std::string text() const;
};

/// What kind of mount it is.
enum class MountType : std::uint8_t { bind, volume, tmpfs };
enum class Propagation : std::uint8_t { unset, private_, rprivate, shared, rshared, slave, rslave };
enum class Relabel : std::uint8_t { none, shared, private_ };  ///< :z and :Z

/// Whether what is mounted below a bind's source comes along, and how.
enum class BindRecursion : std::uint8_t { unset, enabled, disabled, writable, readonly };

// Docker's words; empty for unset.
[[nodiscard]] SKILLRUN_API std::string_view to_string(MountType type) noexcept;
[[nodiscard]] SKILLRUN_API std::string_view to_string(Propagation propagation) noexcept;
[[nodiscard]] SKILLRUN_API std::string_view to_string(BindRecursion recursion) noexcept;

/// One entry of a table of texts.
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

enum class NetworkKind : std::uint8_t { none, bridge, host, container, path, named };

/// A network mode. `name` is the network, the container or the path; empty for none, bridge and host.
struct SKILLRUN_API NetworkMode {
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

enum class NamespaceMode : std::uint8_t { private_, host, container, shareable, none, path };

/// The PID, IPC, UTS, user or cgroup namespace of a container.
struct SKILLRUN_API NamespaceSetting {
  NamespaceMode mode = NamespaceMode::private_;
  std::string name;  ///< the container or the path; empty for the other modes

  [[nodiscard]] std::string text() const;
};

enum class NamespaceKind : std::uint8_t { pid, ipc, uts, user, cgroup };

/// [ip:][host]:container[/proto], or docker's CSV form (published, target, protocol, mode).
struct PortMapping {
  std::string host_ip;                     ///< empty: every interface
  std::optional<std::uint16_t> host_port;  ///< empty: any free one
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";  ///< tcp, udp or sctp
};

/// name=soft[:hard].
struct Ulimit {
  std::string name;
  std::int64_t soft = 0;  ///< -1: unlimited
  std::int64_t hard = 0;
};

/// host[:container[:permissions]].
struct Device {
  std::string host;
  std::string container;
  std::string permissions = "rwm";
};

/// `all`, a count, or the CSV form of --gpus (count, device, driver, capabilities, options).
struct GpuRequest {
  std::int64_t count = -1;                ///< -1: all; 0 with device_ids: those
  std::string driver;                     ///< empty: the engine chooses
  std::vector<std::string> device_ids;    ///< indices or UUIDs
  std::vector<std::string> capabilities;  ///< beside "gpu", which is always asked for
  std::vector<KeyValue> options;          ///< of the driver
};

/// The name of a device by the Container Device Interface: vendor.com/class=name.
[[nodiscard]] SKILLRUN_API bool is_cdi_device(std::string_view text) noexcept;

/// A bound on the traffic of one block device: /dev/path:rate.
struct DeviceRate {
  std::string path;
  std::int64_t rate = 0;  ///< bytes or operations per second
};

/// no, always, unless-stopped or on-failure[:retries].
struct RestartPolicy {
  std::string name;
  std::int64_t maximum_retries = 0;  ///< 0: no bound; only on-failure may have one
};

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

/// host:ip or host=ip; an address may stand in brackets (docker's opts.ValidateExtraHost, since its version 25).
struct ExtraHost {
  std::string host;
  std::string address;  ///< an address or "host-gateway"
};

/// An environment entry. `NAME` alone copies the caller's variable: normalize() looks it up, so that what is judged is
/// what runs; when the caller has none, `value` stays empty and the container gets no such variable.
struct EnvironmentEntry {
  std::string name;
  std::optional<std::string> value;
  bool from_caller = false;
};

enum class PullPolicy : std::uint8_t { missing, always, never };

/// "missing", "always" or "never".
[[nodiscard]] SKILLRUN_API std::string_view to_string(PullPolicy pull) noexcept;

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
  SettingList<KeyValue> args;
};

/// How the image is made when it is missing. Exactly one member is set.
struct BuildRecipe {
  std::optional<PackageRecipe> packages;
  std::optional<ContextRecipe> context;
};

}  // namespace skillrun::inline v0
