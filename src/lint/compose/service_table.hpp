#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace skillrun {

/// How the value of a service's key is written.
enum class ServiceShape : std::uint8_t {
  scalar,        ///< a string, number or boolean
  boolean,       ///< true or false
  list,          ///< a list of strings, or one string
  pairs,         ///< a table, or a list of NAME=VALUE
  hosts,         ///< a table, or a list of NAME:VALUE
  without_judge  ///< of no consequence for what a container may do
};

/// A key of a service, and the flag of `docker run` that means the same.
struct ServiceKey {
  std::string_view key;
  std::string_view flag;
  ServiceShape shape = ServiceShape::scalar;
};

/// The keys whose values go into a flag as they are; what needs more than that is read by ServiceReader.
inline constexpr std::array service_keys{
    ServiceKey{"annotations", "annotation", ServiceShape::pairs},
    ServiceKey{"cap_add", "cap-add", ServiceShape::list},
    ServiceKey{"cap_drop", "cap-drop", ServiceShape::list},
    ServiceKey{"cgroup", "cgroupns"},
    ServiceKey{"cgroup_parent", "cgroup-parent"},
    ServiceKey{"container_name", "name"},
    ServiceKey{"cpu_period", "cpu-period"},
    ServiceKey{"cpu_quota", "cpu-quota"},
    ServiceKey{"cpu_rt_period", "cpu-rt-period"},
    ServiceKey{"cpu_rt_runtime", "cpu-rt-runtime"},
    ServiceKey{"cpu_shares", "cpu-shares"},
    ServiceKey{"cpus", "cpus"},
    ServiceKey{"cpuset", "cpuset-cpus"},
    ServiceKey{"device_cgroup_rules", "device-cgroup-rule", ServiceShape::list},
    ServiceKey{"devices", "device", ServiceShape::list},
    ServiceKey{"dns", "dns", ServiceShape::list},
    ServiceKey{"dns_opt", "dns-option", ServiceShape::list},
    ServiceKey{"dns_search", "dns-search", ServiceShape::list},
    ServiceKey{"domainname", "domainname"},
    ServiceKey{"environment", "env", ServiceShape::pairs},
    ServiceKey{"expose", "expose", ServiceShape::list},
    ServiceKey{"external_links", "link", ServiceShape::list},
    ServiceKey{"extra_hosts", "add-host", ServiceShape::hosts},
    ServiceKey{"group_add", "group-add", ServiceShape::list},
    ServiceKey{"hostname", "hostname"},
    ServiceKey{"image", "image"},
    ServiceKey{"init", "init", ServiceShape::boolean},
    ServiceKey{"ipc", "ipc"},
    ServiceKey{"isolation", "isolation"},
    ServiceKey{"labels", "label", ServiceShape::pairs},
    ServiceKey{"links", "link", ServiceShape::list},
    ServiceKey{"mac_address", "mac-address"},
    ServiceKey{"mem_limit", "memory"},
    ServiceKey{"mem_reservation", "memory-reservation"},
    ServiceKey{"mem_swappiness", "memory-swappiness"},
    ServiceKey{"memswap_limit", "memory-swap"},
    ServiceKey{"oom_kill_disable", "oom-kill-disable", ServiceShape::boolean},
    ServiceKey{"oom_score_adj", "oom-score-adj"},
    ServiceKey{"pid", "pid"},
    ServiceKey{"pids_limit", "pids-limit"},
    ServiceKey{"platform", "platform"},
    ServiceKey{"privileged", "privileged", ServiceShape::boolean},
    ServiceKey{"read_only", "read-only", ServiceShape::boolean},
    ServiceKey{"restart", "restart"},
    ServiceKey{"runtime", "runtime"},
    ServiceKey{"security_opt", "security-opt", ServiceShape::list},
    ServiceKey{"shm_size", "shm-size"},
    ServiceKey{"stop_signal", "stop-signal"},
    ServiceKey{"storage_opt", "storage-opt", ServiceShape::pairs},
    ServiceKey{"sysctls", "sysctl", ServiceShape::pairs},
    ServiceKey{"tmpfs", "tmpfs", ServiceShape::list},
    ServiceKey{"user", "user"},
    ServiceKey{"userns_mode", "userns"},
    ServiceKey{"uts", "uts"},
    ServiceKey{"volumes_from", "volumes-from", ServiceShape::list},
    ServiceKey{"working_dir", "workdir"},
    ServiceKey{"attach", "", ServiceShape::without_judge},
    ServiceKey{"blkio_config", "", ServiceShape::without_judge},
    ServiceKey{"command", "", ServiceShape::without_judge},
    ServiceKey{"cpu_count", "", ServiceShape::without_judge},
    ServiceKey{"cpu_percent", "", ServiceShape::without_judge},
    ServiceKey{"depends_on", "", ServiceShape::without_judge},
    ServiceKey{"healthcheck", "", ServiceShape::without_judge},
    ServiceKey{"profiles", "", ServiceShape::without_judge},
    ServiceKey{"pull_policy", "", ServiceShape::without_judge},
    ServiceKey{"pull_refresh_after", "", ServiceShape::without_judge},
    ServiceKey{"scale", "", ServiceShape::without_judge},
    ServiceKey{"stdin_open", "", ServiceShape::without_judge},
    ServiceKey{"stop_grace_period", "", ServiceShape::without_judge},
    ServiceKey{"tty", "", ServiceShape::without_judge},
};

}  // namespace skillrun
