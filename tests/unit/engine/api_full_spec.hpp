#pragma once

#include <skillrun/engine.hpp>
#include <skillrun/host_view.hpp>
#include <skillrun/parsing.hpp>

namespace skillrun::testing {

template <class T>
Setting<T> declared(T value) {
  return {std::move(value), {.kind = OriginKind::manifest, .field = "docker", .span = {}, .text = {}}};
}

template <class T>
Setting<T> defaulted(T value) {
  return {std::move(value), {.kind = OriginKind::policy_default, .field = "baseline", .span = {}, .text = {}}};
}

inline Mount bind_mount(std::string source, std::string target) {
  Mount mount;
  mount.source = std::move(source);
  mount.target = std::move(target);
  return mount;
}

inline Mount volume_mount(std::string source, std::string target) {
  Mount mount = bind_mount(std::move(source), std::move(target));
  mount.type = MountType::volume;
  return mount;
}

inline Mount tmpfs_mount(std::string target) {
  Mount mount = bind_mount({}, std::move(target));
  mount.type = MountType::tmpfs;
  return mount;
}

inline Mount with(Mount mount) { return mount; }

/// The mount with further members set: with(mount, &Mount::subpath, "a", &Mount::nocopy, true).
template <class Member, class Value, class... More>
Mount with(Mount mount, Member Mount::* member, Value value, More... more) {
  mount.*member = value;
  return with(std::move(mount), more...);
}

/// A spec with every member set that reaches an engine.
inline ContainerSpec full_spec() {
  ContainerSpec spec;
  spec.skill = "full";
  spec.image = declared(*parse_image_reference("skillrun-test/full:1"));
  spec.platform = declared(std::string("linux/amd64"));
  spec.entrypoint = declared(std::string("/bin/sh"));
  spec.command = {declared(std::string("-c")), declared(std::string("exit 0"))};
  spec.env = {declared(EnvironmentEntry{"A", "first"}), declared(EnvironmentEntry{"B", "with = and , "}),
              declared(EnvironmentEntry{"A", "last"}), declared(EnvironmentEntry{"UNSET", std::nullopt, true})};
  spec.labels = {declared(KeyValue{"app", "x"}), declared(KeyValue{"skillrun.run", "forged"})};
  spec.working_dir = declared(std::string("/work"));
  spec.user = declared(*parse_user("1000:1001"));
  spec.group_add = {declared(std::string("44"))};
  spec.hostname = declared(std::string("host-a"));
  spec.domainname = declared(std::string("example.org"));
  spec.stop_signal = declared(std::string("SIGINT"));
  spec.stop_timeout = declared(std::chrono::seconds{7});
  spec.init = declared(true);
  spec.privileged = declared(false);
  spec.readonly_rootfs = declared(true);
  spec.cap_add = {declared(std::string("NET_BIND_SERVICE"))};
  spec.cap_drop = {declared(std::string("ALL"))};
  spec.no_new_privileges = declared(true);
  spec.security_opt = {declared(std::string("seccomp=unconfined")), declared(std::string("systempaths=unconfined"))};
  spec.sysctls = {declared(KeyValue{"net.ipv4.ip_unprivileged_port_start", "0"})};
  spec.devices = {declared(Device{"/dev/null", "/dev/nothing", "r"})};
  spec.gpus = declared(GpuRequest{});
  spec.mounts = {
      declared(
          with(bind_mount("/usr/share", "/data"), &Mount::read_only, true, &Mount::propagation, Propagation::rprivate)),
      declared(with(bind_mount("/var/tmp", "/made"), &Mount::relabel, Relabel::shared, &Mount::create_source, true)),
      declared(with(volume_mount("skillrun-test-volume", "/volume"), &Mount::nocopy, true)),
      declared(volume_mount("", "/anonymous")),
      declared(with(tmpfs_mount("/scratch"), &Mount::tmpfs_size, 1 << 20, &Mount::tmpfs_mode, 01777,
                    &Mount::tmpfs_options, "noexec,nosuid")),
  };
  spec.network_mode = declared(NetworkMode{NetworkKind::bridge, ""});
  spec.ports = {declared(PortMapping{"127.0.0.1", 18080, 80, "tcp"}),
                declared(PortMapping{"", std::nullopt, 80, "tcp"}), declared(PortMapping{"", 53, 53, "udp"})};
  spec.dns = {declared(std::string("192.0.2.53"))};
  spec.extra_hosts = {declared(ExtraHost{"db", "192.0.2.7"})};
  spec.memory = declared(std::int64_t{64} << 20);
  spec.memory_swap = declared(std::int64_t{96} << 20);
  spec.memory_reservation = declared(std::int64_t{32} << 20);
  spec.nano_cpus = declared(std::int64_t{500'000'000});
  spec.cpu_shares = declared(std::int64_t{512});
  spec.pids_limit = declared(std::int64_t{100});
  spec.shm_size = declared(std::int64_t{8} << 20);
  spec.oom_score_adj = declared(std::int64_t{100});
  spec.ulimits = {declared(Ulimit{"nofile", 64, 128})};
  return spec;
}

inline NamespaceSetting namespace_of(NamespaceMode mode, std::string name = {}) { return {mode, std::move(name)}; }

/// A spec with every member set that few skills set, and that reaches an engine.
inline ContainerSpec rare_spec() {
  using std::chrono::seconds;
  ContainerSpec spec;
  spec.skill = "rare";
  spec.name = declared(std::string("one-name"));
  spec.image = declared(*parse_image_reference("skillrun-test/rare:1"));
  spec.healthcheck = declared(Healthcheck{false, "true", seconds(30), seconds(5), seconds(60), seconds(2), 3});
  spec.restart_policy = declared(RestartPolicy{"on-failure", 3});
  spec.log_driver = declared(std::string("json-file"));
  spec.log_options = {declared(KeyValue{"max-size", "1m"})};
  spec.cdi_devices = {declared(std::string("vendor.com/class=name"))};
  spec.gpus = declared(GpuRequest{0, "nvidia", {"0", "1"}, {"compute"}, {{"a", "b"}}});
  spec.device_cgroup_rules = {declared(std::string("c 1:3 r"))};
  spec.runtime = declared(std::string("runc"));
  spec.isolation = declared(std::string("default"));
  spec.cgroup_parent = declared(std::string("/skills"));
  spec.annotations = {declared(KeyValue{"note", "x"})};
  spec.pid_mode = declared(namespace_of(NamespaceMode::container, "other"));
  spec.ipc_mode = declared(namespace_of(NamespaceMode::shareable));
  spec.uts_mode = declared(namespace_of(NamespaceMode::host));
  spec.userns_mode = declared(namespace_of(NamespaceMode::host));
  spec.cgroupns_mode = declared(namespace_of(NamespaceMode::private_));
  Mount volume = volume_mount("data", "/data");
  volume.driver = "local";
  volume.driver_options = {{"type", "tmpfs"}, {"device", "tmpfs"}};
  volume.labels = {{"owner", "x"}};
  spec.mounts = {declared(volume),
                 declared(with(bind_mount("/srv", "/srv"), &Mount::recursion, BindRecursion::disabled))};
  spec.volume_driver = declared(std::string("local"));
  spec.volumes_from = {declared(std::string("other:ro"))};
  spec.storage_options = {declared(KeyValue{"size", "1G"})};
  spec.network_mode = declared(NetworkMode{NetworkKind::named, "lan"});
  spec.network_aliases = {declared(std::string("web"))};
  spec.ipv4_address = declared(std::string("10.0.0.5"));
  spec.ipv6_address = declared(std::string("2001:db8::5"));
  spec.link_local_ips = {declared(std::string("169.254.0.5"))};
  spec.mac_address = declared(std::string("02:42:ac:11:00:02"));
  spec.links = {declared(Link{"db", "database"})};
  spec.exposed_ports = {declared(std::string("80/tcp"))};
  spec.publish_all = declared(true);
  spec.dns_options = {declared(std::string("ndots:2"))};
  spec.dns_search = {declared(std::string("example.org"))};
  spec.cpu_period = declared(std::int64_t{100000});
  spec.cpu_quota = declared(std::int64_t{50000});
  spec.cpu_realtime_period = declared(std::int64_t{1000000});
  spec.cpu_realtime_runtime = declared(std::int64_t{950000});
  spec.cpuset_cpus = declared(std::string("0-1"));
  spec.cpuset_mems = declared(std::string("0"));
  spec.memory_swappiness = declared(std::int64_t{10});
  spec.oom_kill_disable = declared(false);
  spec.blkio_weight = declared(std::int64_t{500});
  spec.blkio_weight_devices = {declared(DeviceRate{"/dev/sda", 200})};
  spec.device_read_bps = {declared(DeviceRate{"/dev/sda", 1048576})};
  spec.device_read_iops = {declared(DeviceRate{"/dev/sda", 100})};
  spec.device_write_bps = {declared(DeviceRate{"/dev/sda", 2097152})};
  spec.device_write_iops = {declared(DeviceRate{"/dev/sda", 200})};
  return spec;
}

/// full_spec() as far as docker or podman takes it on any machine.
inline ContainerSpec full_spec_for(bool podman) {
  ContainerSpec spec = full_spec();
  spec.gpus.reset();
  spec.mounts.at(1).value.source = "/usr/lib";  // docker treats a folder that holds its own storage differently
  spec.sysctls = {declared(KeyValue{"kernel.msgmax", "65000"})};
  if (!podman) return spec;
  spec.domainname.reset();
  spec.security_opt = {declared(std::string("seccomp=unconfined"))};
  std::erase_if(spec.env, [](const auto& entry) { return !entry.value.value; });
  return spec;
}

/// rare_spec() likewise.
inline ContainerSpec rare_spec_for(bool podman, bool api) {
  ContainerSpec spec = rare_spec();
  spec.name = declared(std::string("skillrun-test-name"));
  // Devices, other containers and networks, newer APIs, a storage driver with quotas and old kernels are not
  // everywhere.
  spec.cdi_devices.clear();
  spec.gpus.reset();
  spec.annotations.clear();
  spec.healthcheck->value.start_interval = {};
  spec.pid_mode = declared(namespace_of(NamespaceMode::host));
  spec.volumes_from.clear();
  spec.storage_options.clear();
  spec.network_mode = declared(NetworkMode{NetworkKind::bridge, ""});
  spec.network_aliases.clear();
  spec.ipv4_address.reset();
  spec.ipv6_address.reset();
  spec.link_local_ips.clear();
  spec.mac_address.reset();
  spec.links.clear();
  spec.mounts.resize(1);
  spec.mounts.front().value.source = "skillrun-test-volume";
  spec.memory_swappiness.reset();
  spec.cpuset_cpus = declared(std::string("0"));
  spec.cpu_realtime_period.reset();
  spec.cpu_realtime_runtime.reset();
  spec.blkio_weight.reset();
  spec.blkio_weight_devices.clear();
  spec.device_read_bps = {declared(DeviceRate{"/dev/null", 1048576})};
  spec.device_read_iops.clear();
  spec.device_write_bps.clear();
  spec.device_write_iops.clear();
  if (!podman) return spec;
  // skillrun hands these to docker only.
  spec.healthcheck.reset();
  spec.restart_policy.reset();
  spec.log_driver.reset();
  spec.log_options.clear();
  spec.device_cgroup_rules.clear();
  spec.runtime.reset();
  spec.isolation.reset();
  spec.mounts.clear();
  spec.volume_driver.reset();
  spec.publish_all.reset();
  spec.device_read_bps.clear();
  if (api) spec.cgroupns_mode.reset();
  return spec;
}

inline RunLabels run_labels() { return {{{"skillrun.run", "run-1"}, {"skillrun.skill", "full"}}}; }

/// What an engine may be given: `spec` as the policy that refuses nothing admits it.
inline ApprovedSpec approved(ContainerSpec spec) {
  auto admitted = admit(*Policy::builtin("privileged"), std::move(spec), LexicalHost{});
  if (!admitted) {
    std::string why = "the spec of a test was not admitted:";
    for (const Finding& finding : admitted.error().findings) {
      if (finding.severity == Severity::error) why += " " + finding.rule + ": " + finding.message;
    }
    throw std::runtime_error(why);
  }
  return std::move(*admitted);
}

inline ContainerSpec small_spec() {
  ContainerSpec spec;
  spec.skill = "small";
  spec.image = declared(*parse_image_reference("skillrun-test/small:1"));
  return spec;
}

}  // namespace skillrun::testing
