#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun {

/// A mount as the engine says it made it.
struct MadeMount {
  std::string type;    ///< "bind", "volume", "tmpfs", or whatever else the engine knows
  std::string name;    ///< of a volume
  std::string driver;  ///< of a volume
  std::string source;  ///< of a bind: the host path
  std::string target;
  bool read_only = false;
  std::string propagation;
  std::string options;  ///< of a tmpfs, comma-separated
};

/// Devices by what they can do: docker's way to GPUs.
struct MadeDeviceRequest {
  std::string text;  ///< all of it, as JSON
  std::string driver;
  std::int64_t count = 0;
  std::vector<std::string> device_ids;
  std::vector<std::string> capabilities;  ///< of all sets
};

/// How the container is attached to a network, as far as it was told; addresses are given at the start.
struct MadeEndpoint {
  std::string network;
  NetworkEndpoint settings;
};

/// A container as an engine says it made it, in the names of ContainerSpec. Where the dialects of docker and podman
/// differ, the words are docker's; what a dialect does not tell at all is nothing, which is not the same as empty.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): one is made for a run, and its readers want an order
struct MadeContainer {
  bool podman = false;
  std::string id;
  std::string name;
  std::string image_id;           ///< "sha256:..."
  std::vector<std::string> argv;  ///< what will be executed, without the engine's own init
  std::vector<std::string> env;   ///< NAME=VALUE
  std::vector<std::pair<std::string, std::string>> labels;
  std::string working_dir;
  std::string user;
  std::vector<std::string> group_add;
  std::string hostname;
  std::string domainname;
  std::string stop_signal;  ///< a name or a number
  std::optional<std::int64_t> stop_timeout;
  bool init = false;
  std::optional<Healthcheck> healthcheck;

  bool privileged = false;
  bool readonly_rootfs = false;
  std::vector<std::string> cap_add;                       ///< without CAP_
  std::vector<std::string> cap_drop;                      ///< without CAP_
  std::optional<std::vector<std::string>> bounding_caps;  ///< all that it can ever have
  std::vector<std::string> security_opt;
  std::string apparmor_profile;
  std::optional<std::vector<std::string>> masked_paths;
  std::optional<std::vector<std::string>> readonly_paths;
  std::optional<std::vector<std::pair<std::string, std::string>>> sysctls;
  std::vector<Device> devices;  ///< permissions are empty where the dialect does not tell them
  std::vector<MadeDeviceRequest> device_requests;
  std::vector<std::string> device_cgroup_rules;
  std::vector<std::pair<std::string, std::string>> annotations;

  std::string runtime;
  std::string isolation;
  std::string cgroup_parent;
  std::string pid_mode;
  std::string ipc_mode;
  std::string uts_mode;
  std::string userns_mode;
  std::string cgroupns_mode;
  std::string pod;  ///< podman: the pod that it belongs to

  std::vector<MadeMount> mounts;
  std::string volume_driver;
  std::vector<std::string> volumes_from;
  std::vector<std::pair<std::string, std::string>> storage_options;

  std::string network_mode;
  std::string mac_address;             ///< of the container rather than of its endpoint: docker before API 1.44
  std::vector<MadeEndpoint> networks;  ///< that it is attached to
  std::vector<std::string> links;      ///< as docker writes them: "/other:/own/alias"
  std::vector<std::string> exposed_ports;
  std::vector<PortMapping> ports;
  bool publish_all = false;
  std::vector<std::string> dns;
  std::vector<std::string> dns_options;
  std::vector<std::string> dns_search;
  std::vector<std::string> extra_hosts;

  std::int64_t memory = 0;
  std::int64_t memory_swap = 0;
  std::int64_t memory_reservation = 0;
  std::int64_t nano_cpus = 0;
  std::int64_t cpu_shares = 0;
  std::int64_t cpu_period = 0;
  std::int64_t cpu_quota = 0;
  std::int64_t cpu_realtime_period = 0;
  std::int64_t cpu_realtime_runtime = 0;
  std::string cpuset_cpus;
  std::string cpuset_mems;
  std::optional<std::int64_t> memory_swappiness;
  std::int64_t blkio_weight = 0;
  std::vector<DeviceRate> blkio_weight_devices;
  std::vector<DeviceRate> device_read_bps;
  std::vector<DeviceRate> device_read_iops;
  std::vector<DeviceRate> device_write_bps;
  std::vector<DeviceRate> device_write_iops;
  std::int64_t pids_limit = 0;  ///< 0 and -1: unlimited
  std::int64_t shm_size = 0;
  std::int64_t oom_score_adj = 0;
  bool oom_kill_disable = false;
  std::vector<Ulimit> ulimits;

  RestartPolicy restart_policy;  ///< the name may be empty, which means "no"
  std::string log_driver;
  std::vector<std::pair<std::string, std::string>> log_options;
  bool auto_remove = false;
};

/// Reads an answer to inspect: an object, or a list of one as the clients print it. Pure; a text of another shape is a
/// protocol error.
[[nodiscard]] EngineResult<MadeContainer> read_made_container(std::string_view text, bool podman);

}  // namespace skillrun
