#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/export.hpp>
#include <skillrun/values.hpp>

// One parser for each type of value. A parser takes the whole text and never accepts a part of it; where it reads what
// docker reads, the function that defines it there is named. All are pure and may be called from several threads.

namespace skillrun::inline v0 {

/// Why a text is not a value of its type: what was expected and what was found, lower case, no full stop.
struct ParseError {
  std::string message;
  bool unknown_type = false;  ///< a mount of a type that is not known
};

/// registry/repository:tag@digest, or an image id (reference.ParseDockerRef of distribution/reference).
[[nodiscard]] SKILLRUN_API std::expected<ImageReference, ParseError> parse_image_reference(std::string_view text);

/// A number of bytes as docker's --memory and its like read it: 1024-based suffixes b k m g t p (units.RAMInBytes of
/// docker/go-units). Never negative.
[[nodiscard]] SKILLRUN_API std::expected<std::int64_t, ParseError> parse_bytes(std::string_view text);

/// A CPU count as --cpus reads it, in billionths (opts.ParseCPUs of docker/cli); only plain decimals with at most nine
/// digits after the point.
[[nodiscard]] SKILLRUN_API std::expected<std::int64_t, ParseError> parse_nano_cpus(std::string_view text);

/// A span of time in Go's notation: 1h30m, 90s, 1.5s, 250ms (time.ParseDuration of Go). A bare number is refused. Never
/// negative.
[[nodiscard]] SKILLRUN_API std::expected<std::chrono::nanoseconds, ParseError> parse_duration(std::string_view text);

/// UID[:GID] or NAME[:GROUP], as --user takes it (GetExecUser of moby/sys/user), and "host".
[[nodiscard]] SKILLRUN_API std::expected<UserSpec, ParseError> parse_user(std::string_view text);

/// How relative and home-relative host paths are read.
struct PathContext {
  std::string base;  ///< absolute folder of the manifest; relative sources are below it
  std::string home;  ///< what a leading "~" means; empty: "~" is refused
};

/// `source:target[:mode]` as in `volumes` and -v (volume/mounts of moby, ParseMountRaw of its parser for Linux).
[[nodiscard]] SKILLRUN_API std::expected<Mount, ParseError> parse_volume(std::string_view text,
                                                                         const PathContext& paths);

/// The CSV form of --mount: `type=bind,source=/a,target=/b,readonly` (opts.MountOpt of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<Mount, ParseError> parse_mount(std::string_view text,
                                                                        const PathContext& paths);

/// `target[:options]` as in `tmpfs` and --tmpfs (mount.MergeTmpfsOptions of moby).
[[nodiscard]] SKILLRUN_API std::expected<Mount, ParseError> parse_tmpfs(std::string_view text);

/// A path with "." and ".." resolved, repeated slashes removed, no trailing slash. `path` must be absolute.
[[nodiscard]] SKILLRUN_API std::string clean_path(std::string_view path);

/// Reads what docker reads: literal names, container:ID, and the CSV form (name=host,alias=x) when the text holds
/// `word=word` (opts.NetworkOpt of docker/cli); podman's ns:PATH as well.
[[nodiscard]] SKILLRUN_API std::expected<NetworkAttachment, ParseError> parse_network_attachment(std::string_view text);

/// The same where only a mode has a meaning: options of the CSV form are refused.
[[nodiscard]] SKILLRUN_API std::expected<NetworkMode, ParseError> parse_network(std::string_view text);

/// A MAC address, six bytes in hexadecimal with colons or dashes (net.ParseMAC of Go), in its form with colons and
/// lower case.
[[nodiscard]] SKILLRUN_API std::expected<std::string, ParseError> parse_mac_address(std::string_view text);

/// The value of --pid, --ipc, --uts, --userns or --cgroupns; each knows other words (PidMode, IpcMode and the like in
/// api/types/container of moby).
[[nodiscard]] SKILLRUN_API std::expected<NamespaceSetting, ParseError> parse_namespace(NamespaceKind kind,
                                                                                       std::string_view text);

/// The mappings of --publish, one for each port of a range (nat.ParsePortSpec of docker/go-connections and opts.PortOpt
/// of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<std::vector<PortMapping>, ParseError> parse_ports(std::string_view text);

/// A port or range of ports with an optional protocol, as --expose takes it: "80", "8000-8003/udp"; one text of the
/// form "80/tcp" for each port (nat.ParsePort of docker/go-connections).
[[nodiscard]] SKILLRUN_API std::expected<std::vector<std::string>, ParseError> parse_exposed_ports(
    std::string_view text);

/// name=soft[:hard] (units.ParseUlimit of docker/go-units).
[[nodiscard]] SKILLRUN_API std::expected<Ulimit, ParseError> parse_ulimit(std::string_view text);

/// A capability in upper case without CAP_; "ALL" is kept as it is (NormalizeLegacyCapabilities of moby's oci/caps).
[[nodiscard]] SKILLRUN_API std::expected<std::string, ParseError> parse_capability(std::string_view text);

/// host[:container[:permissions]] (parseDevice of docker/cli, cli/command/container/opts.go).
[[nodiscard]] SKILLRUN_API std::expected<Device, ParseError> parse_device(std::string_view text,
                                                                          const PathContext& paths);

/// `all`, a count or the CSV form (opts.GpuOpts of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<GpuRequest, ParseError> parse_gpus(std::string_view text);

enum class RateUnit : std::uint8_t { bytes, operations };

/// /dev/path:rate (opts.ValidateThrottleBpsDevice and ValidateThrottleIOpsDevice of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<DeviceRate, ParseError> parse_device_rate(std::string_view text,
                                                                                   RateUnit unit);

/// /dev/path:weight with a weight from 10 to 1000 (opts.ValidateWeightDevice of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<DeviceRate, ParseError> parse_device_weight(std::string_view text);

/// no, always, unless-stopped or on-failure[:retries] (opts.ParseRestartPolicy of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<RestartPolicy, ParseError> parse_restart_policy(std::string_view text);

/// CONTAINER[:ALIAS] (opts.ParseLink of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<Link, ParseError> parse_link(std::string_view text);

/// host:ip or host=ip (opts.ValidateExtraHost of docker/cli, since its version 25).
[[nodiscard]] SKILLRUN_API std::expected<ExtraHost, ParseError> parse_extra_host(std::string_view text);

/// A signal by name (with or without SIG, any case) or number 1..64, as its canonical name or number: "SIGTERM", "35"
/// (signal.ParseSignal of moby/sys).
[[nodiscard]] SKILLRUN_API std::expected<std::string, ParseError> parse_signal(std::string_view text);

/// os[/arch[/variant]] in lower case (Parse of containerd/platforms).
[[nodiscard]] SKILLRUN_API std::expected<std::string, ParseError> parse_platform(std::string_view text);

/// NAME=VALUE, or NAME for the caller's value (opts.ValidateEnv of docker/cli).
[[nodiscard]] SKILLRUN_API std::expected<EnvironmentEntry, ParseError> parse_environment(std::string_view text);

/// missing, always or never (validatePullOpt of docker/cli, cli/command/container/create.go).
[[nodiscard]] SKILLRUN_API std::expected<PullPolicy, ParseError> parse_pull_policy(std::string_view text);

}  // namespace skillrun::inline v0
