#pragma once

#include <string>

#include "spec/spec_builder.hpp"

namespace skillrun {

// One function per setting. Each reads `value`, records a problem at `origin` when it can not be understood, and
// otherwise sets or appends to the spec. Typed keys, flags of extra_args and options of the caller all end here.

void set_image(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_platform(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_pull(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_entrypoint(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_environment(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_label(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_working_dir(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_user(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_group(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_hostname(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_domainname(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_stop_signal(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_stop_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_tty(SpecBuilder& builder, const std::string& value, const Origin& origin);

void add_capability(SpecBuilder& builder, const std::string& value, const Origin& origin);
void drop_capability(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_security_opt(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_sysctl(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_device(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_gpus(SpecBuilder& builder, const std::string& value, const Origin& origin);

void set_network(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_ports(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_dns(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_extra_host(SpecBuilder& builder, const std::string& value, const Origin& origin);

void add_network_alias(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_ipv4_address(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_ipv6_address(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_link_local_ip(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_mac_address(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_link(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_exposed_ports(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_dns_option(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_dns_search(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// Contradictions between the settings of the network, once all are known.
void check_network(SpecBuilder& builder);

void set_pid_mode(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_ipc_mode(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_uts_mode(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_userns_mode(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cgroupns_mode(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cgroup_parent(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_runtime(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_isolation(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_annotation(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_device_cgroup_rule(SpecBuilder& builder, const std::string& value, const Origin& origin);

void set_name(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_restart_policy(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_log_driver(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_log_option(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_health_command(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_health_interval(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_health_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_health_start_period(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_health_start_interval(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_health_retries(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_no_healthcheck(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// Contradictions between a container's health check, its log and its end, once all are known.
void check_lifecycle(SpecBuilder& builder);

void set_memory(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_memory_swap(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_memory_reservation(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpus(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpu_shares(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpu_period(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpu_quota(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpu_realtime_period(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpu_realtime_runtime(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpuset_cpus(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_cpuset_mems(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_memory_swappiness(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_blkio_weight(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_blkio_weight_device(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_device_read_bps(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_device_read_iops(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_device_write_bps(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_device_write_iops(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_pids_limit(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_shm_size(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_oom_score_adj(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_ulimit(SpecBuilder& builder, const std::string& value, const Origin& origin);

void add_volume(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_mount(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_tmpfs(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_volume_driver(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_volumes_from(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_storage_option(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// Reads KEY=VALUE and appends it; a key that is there already is ambiguous, because the last one wins.
void add_pair(SpecBuilder& builder, List<KeyValue>& list, const std::string& value, const Origin& origin,
              bool needs_value);

/// Go's words for a boolean, as docker's flags take them; anything else, the empty string included, is nothing.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

/// The same for a flag; a problem when it is none.
[[nodiscard]] std::optional<bool> read_switch(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// An IPv4 or IPv6 address in its usual text form, without a zone.
[[nodiscard]] bool is_ip_address(std::string_view text);

/// A decimal integer without leading zeros or signs other than '-', which docker could read in another base.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace skillrun
