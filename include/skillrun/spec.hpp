#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/directive.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/grant.hpp>
#include <skillrun/setting.hpp>
#include <skillrun/values.hpp>

namespace skillrun::inline v0 {

/// A value of the manifest after its variables were expanded.
struct ExpandedText {
  Origin origin;
  std::string text;  ///< holds what the caller's variables hold: to be judged, never shown
};

/// Who would run the container, and says what becomes of what it leaves open.
enum class Runner : std::uint8_t {
  skillrun,
  compose,  ///< judged only: never run from here
};

/// Everything about one container, typed and normalised. The names are those of the OCI runtime spec and of Docker's
/// HostConfig. Policy reads only this and engines are given only this (inside an ApprovedSpec), so whatever is not
/// here cannot reach an engine.
struct ContainerSpec {
  std::string skill;
  std::optional<std::string> instance;
  SourcePtr source;              ///< the manifest that origins point into; may be null
  std::string table = "docker";  ///< the path of the table that declares it, in a Compose file "services.NAME"
  Runner runner = Runner::skillrun;
  Directives directives;  ///< comments of the manifest that may waive findings; null: none

  OptionalSetting<std::string> name;  ///< of the container; absent: the engine chooses one
  Setting<ImageReference> image;
  OptionalSetting<std::string> platform;
  OptionalSetting<BuildRecipe> build;
  OptionalSetting<std::string> entrypoint;
  SettingList<std::string> command;   ///< the manifest's words, then the caller's
  SettingList<EnvironmentEntry> env;  ///< the last one of a name wins
  SettingList<KeyValue> labels;
  OptionalSetting<std::string> working_dir;
  OptionalSetting<UserSpec> user;
  SettingList<std::string> group_add;
  OptionalSetting<std::string> hostname;
  OptionalSetting<std::string> domainname;
  OptionalSetting<std::string> stop_signal;
  OptionalSetting<std::chrono::seconds> stop_timeout;
  OptionalSetting<bool> init;
  OptionalSetting<Healthcheck> healthcheck;
  OptionalSetting<RestartPolicy> restart_policy;
  OptionalSetting<std::string> log_driver;
  SettingList<KeyValue> log_options;

  OptionalSetting<bool> privileged;
  OptionalSetting<bool> readonly_rootfs;
  SettingList<std::string> cap_add;
  SettingList<std::string> cap_drop;
  OptionalSetting<bool> no_new_privileges;
  SettingList<std::string> security_opt;  ///< every other security option, as written
  SettingList<KeyValue> sysctls;
  SettingList<Device> devices;
  SettingList<std::string> cdi_devices;  ///< vendor.com/class=name
  OptionalSetting<GpuRequest> gpus;
  SettingList<std::string> device_cgroup_rules;  ///< "c 1:3 rwm"
  OptionalSetting<std::string> runtime;          ///< the OCI runtime
  OptionalSetting<std::string> isolation;
  OptionalSetting<std::string> cgroup_parent;
  SettingList<KeyValue> annotations;
  OptionalSetting<NamespaceSetting> pid_mode;
  OptionalSetting<NamespaceSetting> ipc_mode;
  OptionalSetting<NamespaceSetting> uts_mode;
  OptionalSetting<NamespaceSetting> userns_mode;
  OptionalSetting<NamespaceSetting> cgroupns_mode;

  SettingList<Mount> mounts;                   ///< binds, volumes and tmpfs of every spelling, in order
  OptionalSetting<std::string> volume_driver;  ///< of volumes that name no driver of their own
  SettingList<std::string> volumes_from;       ///< containers, each with an optional :ro or :rw
  SettingList<KeyValue> storage_options;

  OptionalSetting<NetworkMode> network_mode;
  SettingList<std::string> network_aliases;
  SettingList<KeyValue> network_driver_options;
  OptionalSetting<std::string> ipv4_address;
  OptionalSetting<std::string> ipv6_address;
  SettingList<std::string> link_local_ips;
  OptionalSetting<std::string> mac_address;
  OptionalSetting<std::int64_t> gateway_priority;
  SettingList<Link> links;
  SettingList<std::string> exposed_ports;  ///< "80/tcp"
  SettingList<PortMapping> ports;
  OptionalSetting<bool> publish_all;
  SettingList<std::string> dns;
  SettingList<std::string> dns_options;
  SettingList<std::string> dns_search;
  SettingList<ExtraHost> extra_hosts;

  OptionalSetting<std::int64_t> memory;              ///< bytes; 0 is unlimited
  OptionalSetting<std::int64_t> memory_swap;         ///< bytes, memory included; -1 is unlimited
  OptionalSetting<std::int64_t> memory_reservation;  ///< bytes
  OptionalSetting<std::int64_t> nano_cpus;
  OptionalSetting<std::int64_t> cpu_shares;
  OptionalSetting<std::int64_t> cpu_period;            ///< microseconds
  OptionalSetting<std::int64_t> cpu_quota;             ///< microseconds in each period
  OptionalSetting<std::int64_t> cpu_realtime_period;   ///< microseconds
  OptionalSetting<std::int64_t> cpu_realtime_runtime;  ///< microseconds
  OptionalSetting<std::string> cpuset_cpus;
  OptionalSetting<std::string> cpuset_mems;
  OptionalSetting<std::int64_t> memory_swappiness;  ///< 0 to 100; -1: the system's
  OptionalSetting<bool> oom_kill_disable;
  OptionalSetting<std::int64_t> pids_limit;  ///< -1 and 0 are unlimited
  OptionalSetting<std::int64_t> shm_size;    ///< bytes
  OptionalSetting<std::int64_t> oom_score_adj;
  SettingList<Ulimit> ulimits;
  OptionalSetting<std::int64_t> blkio_weight;  ///< 10 to 1000; 0: none
  SettingList<DeviceRate> blkio_weight_devices;
  SettingList<DeviceRate> device_read_bps;
  SettingList<DeviceRate> device_read_iops;
  SettingList<DeviceRate> device_write_bps;
  SettingList<DeviceRate> device_write_iops;

  OptionalSetting<bool> detach;  ///< only false can be honoured: a skill's output is passed on
  OptionalSetting<bool> rm;      ///< remove the container afterwards; absent means yes
  OptionalSetting<PullPolicy> pull;
  OptionalSetting<bool> quiet;  ///< a pull shows no progress
  OptionalSetting<std::chrono::nanoseconds> timeout;
  OptionalSetting<bool> stdin_open;  ///< absent means yes
  OptionalSetting<TtyMode> tty;

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

}  // namespace skillrun::inline v0
