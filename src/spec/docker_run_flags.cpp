#include "spec/docker_run_flags.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "spec/client_flags.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

using enum FlagArity;

/// Sets a field that is true or false.
template <Optional<bool> ContainerSpec::* Field>
void set_bool(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto flag = read_switch(builder, value, origin)) builder.set(builder.spec.*Field, *flag, origin);
}

constexpr std::array flags{
    DockerRunFlag{"add-host", 0, "", list, add_extra_host},
    DockerRunFlag{"annotation", 0, "", list, add_annotation},
    DockerRunFlag{"attach", 'a', "", list, check_attach},
    DockerRunFlag{"blkio-weight", 0, "", one, set_blkio_weight},
    DockerRunFlag{"blkio-weight-device", 0, "", list, add_blkio_weight_device},
    DockerRunFlag{"cap-add", 0, "", list, add_capability},
    DockerRunFlag{"cap-drop", 0, "", list, drop_capability},
    DockerRunFlag{"cgroup-parent", 0, "", one, set_cgroup_parent},
    DockerRunFlag{"cgroupns", 0, "", one, set_cgroupns_mode},
    DockerRunFlag{"cidfile", 0, "", one, refuse_file},
    DockerRunFlag{"cpu-count", 0, "", one, refuse_windows},
    DockerRunFlag{"cpu-percent", 0, "", one, refuse_windows},
    DockerRunFlag{"cpu-period", 0, "", one, set_cpu_period},
    DockerRunFlag{"cpu-quota", 0, "", one, set_cpu_quota},
    DockerRunFlag{"cpu-rt-period", 0, "", one, set_cpu_realtime_period},
    DockerRunFlag{"cpu-rt-runtime", 0, "", one, set_cpu_realtime_runtime},
    DockerRunFlag{"cpu-shares", 'c', "", one, set_cpu_shares},
    DockerRunFlag{"cpus", 0, "", one, set_cpus},
    DockerRunFlag{"cpuset-cpus", 0, "", one, set_cpuset_cpus},
    DockerRunFlag{"cpuset-mems", 0, "", one, set_cpuset_mems},
    DockerRunFlag{"detach", 'd', "", boolean, set_bool<&ContainerSpec::detach>},
    DockerRunFlag{"detach-keys", 0, "", one, refuse_detach_keys},
    DockerRunFlag{"device", 0, "", list, add_device},
    DockerRunFlag{"device-cgroup-rule", 0, "", list, add_device_cgroup_rule},
    DockerRunFlag{"device-read-bps", 0, "", list, add_device_read_bps},
    DockerRunFlag{"device-read-iops", 0, "", list, add_device_read_iops},
    DockerRunFlag{"device-write-bps", 0, "", list, add_device_write_bps},
    DockerRunFlag{"device-write-iops", 0, "", list, add_device_write_iops},
    DockerRunFlag{"disable-content-trust", 0, "", boolean, check_content_trust},
    DockerRunFlag{"dns", 0, "", list, add_dns},
    DockerRunFlag{"dns-option", 0, "dns-opt", list, add_dns_option},
    DockerRunFlag{"dns-search", 0, "", list, add_dns_search},
    DockerRunFlag{"domainname", 0, "", one, set_domainname},
    DockerRunFlag{"entrypoint", 0, "", one, set_entrypoint},
    DockerRunFlag{"env", 'e', "", list, add_environment},
    DockerRunFlag{"env-file", 0, "", list, refuse_file},
    DockerRunFlag{"expose", 0, "", list, add_exposed_ports},
    DockerRunFlag{"gpus", 0, "", list, set_gpus},
    DockerRunFlag{"group-add", 0, "", list, add_group},
    DockerRunFlag{"health-cmd", 0, "", one, set_health_command},
    DockerRunFlag{"health-interval", 0, "", one, set_health_interval},
    DockerRunFlag{"health-retries", 0, "", one, set_health_retries},
    DockerRunFlag{"health-start-interval", 0, "", one, set_health_start_interval},
    DockerRunFlag{"health-start-period", 0, "", one, set_health_start_period},
    DockerRunFlag{"health-timeout", 0, "", one, set_health_timeout},
    DockerRunFlag{"help", 0, "", boolean, refuse_help},
    DockerRunFlag{"hostname", 'h', "", one, set_hostname},
    DockerRunFlag{"init", 0, "", boolean, set_bool<&ContainerSpec::init>},
    DockerRunFlag{"interactive", 'i', "", boolean, set_bool<&ContainerSpec::stdin_open>},
    DockerRunFlag{"io-maxbandwidth", 0, "", one, refuse_windows},
    DockerRunFlag{"io-maxiops", 0, "", one, refuse_windows},
    DockerRunFlag{"ip", 0, "", one, set_ipv4_address},
    DockerRunFlag{"ip6", 0, "", one, set_ipv6_address},
    DockerRunFlag{"ipc", 0, "", one, set_ipc_mode},
    DockerRunFlag{"isolation", 0, "", one, set_isolation},
    DockerRunFlag{"kernel-memory", 0, "", one, refuse_kernel_memory},
    DockerRunFlag{"label", 'l', "", list, add_label},
    DockerRunFlag{"label-file", 0, "", list, refuse_file},
    DockerRunFlag{"link", 0, "", list, add_link},
    DockerRunFlag{"link-local-ip", 0, "", list, add_link_local_ip},
    DockerRunFlag{"log-driver", 0, "", one, set_log_driver},
    DockerRunFlag{"log-opt", 0, "", list, add_log_option},
    DockerRunFlag{"mac-address", 0, "", one, set_mac_address},
    DockerRunFlag{"memory", 'm', "", one, set_memory},
    DockerRunFlag{"memory-reservation", 0, "", one, set_memory_reservation},
    DockerRunFlag{"memory-swap", 0, "", one, set_memory_swap},
    DockerRunFlag{"memory-swappiness", 0, "", one, set_memory_swappiness},
    DockerRunFlag{"mount", 0, "", list, add_mount},
    DockerRunFlag{"name", 0, "", one, set_name},
    DockerRunFlag{"network", 0, "net", list, set_network},
    DockerRunFlag{"network-alias", 0, "net-alias", list, add_network_alias},
    DockerRunFlag{"no-healthcheck", 0, "", boolean, set_no_healthcheck},
    DockerRunFlag{"oom-kill-disable", 0, "", boolean, set_bool<&ContainerSpec::oom_kill_disable>},
    DockerRunFlag{"oom-score-adj", 0, "", one, set_oom_score_adj},
    DockerRunFlag{"pid", 0, "", one, set_pid_mode},
    DockerRunFlag{"pids-limit", 0, "", one, set_pids_limit},
    DockerRunFlag{"platform", 0, "", one, set_platform},
    DockerRunFlag{"privileged", 0, "", boolean, set_bool<&ContainerSpec::privileged>},
    DockerRunFlag{"publish", 'p', "", list, add_ports},
    DockerRunFlag{"publish-all", 'P', "", boolean, set_bool<&ContainerSpec::publish_all>},
    DockerRunFlag{"pull", 0, "", one, set_pull},
    DockerRunFlag{"quiet", 'q', "", boolean, set_bool<&ContainerSpec::quiet>},
    DockerRunFlag{"read-only", 0, "", boolean, set_bool<&ContainerSpec::readonly_rootfs>},
    DockerRunFlag{"restart", 0, "", one, set_restart_policy},
    DockerRunFlag{"rm", 0, "", boolean, set_bool<&ContainerSpec::rm>},
    DockerRunFlag{"runtime", 0, "", one, set_runtime},
    DockerRunFlag{"security-opt", 0, "", list, add_security_opt},
    DockerRunFlag{"shm-size", 0, "", one, set_shm_size},
    DockerRunFlag{"sig-proxy", 0, "", boolean, check_signal_proxy},
    DockerRunFlag{"stop-signal", 0, "", one, set_stop_signal},
    DockerRunFlag{"stop-timeout", 0, "", one, set_stop_timeout},
    DockerRunFlag{"storage-opt", 0, "", list, add_storage_option},
    DockerRunFlag{"sysctl", 0, "", list, add_sysctl},
    DockerRunFlag{"tmpfs", 0, "", list, add_tmpfs},
    DockerRunFlag{"tty", 't', "", boolean, set_tty_flag},
    DockerRunFlag{"ulimit", 0, "", list, add_ulimit},
    DockerRunFlag{"use-api-socket", 0, "", boolean, check_api_socket},
    DockerRunFlag{"user", 'u', "", one, set_user_flag},
    DockerRunFlag{"userns", 0, "", one, set_userns_mode},
    DockerRunFlag{"uts", 0, "", one, set_uts_mode},
    DockerRunFlag{"volume", 'v', "", list, add_volume},
    DockerRunFlag{"volume-driver", 0, "", one, set_volume_driver},
    DockerRunFlag{"volumes-from", 0, "", list, add_volumes_from},
    DockerRunFlag{"workdir", 'w', "", one, set_working_dir},
};

static_assert(std::ranges::is_sorted(flags, {}, &DockerRunFlag::name));

}  // namespace

std::span<const DockerRunFlag> docker_run_flags() { return flags; }

const DockerRunFlag* find_docker_run_flag(std::string_view name) {
  if (name.empty()) return nullptr;
  const auto* found = std::ranges::lower_bound(flags, name, {}, &DockerRunFlag::name);
  if (found != flags.end() && found->name == name) return found;
  found = std::ranges::find(flags, name, &DockerRunFlag::alias);
  return found != flags.end() ? found : nullptr;
}

const DockerRunFlag* find_docker_run_flag(char shorthand) {
  if (shorthand == 0) return nullptr;
  const auto* found = std::ranges::find(flags, shorthand, &DockerRunFlag::shorthand);
  return found != flags.end() ? found : nullptr;
}

}  // namespace skillrun
