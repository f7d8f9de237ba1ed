#pragma once

#include <skillrun/engine.hpp>

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
  spec.gpus = declared(GpuRequest{-1});
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

inline RunLabels run_labels() { return {{{"skillrun.run", "run-1"}, {"skillrun.skill", "full"}}}; }

/// What an engine may be given: `spec` as the policy that refuses nothing admits it.
inline ApprovedSpec approved(ContainerSpec spec) {
  auto admitted = admit(*Policy::builtin("privileged"), std::move(spec), LexicalHost{});
  if (!admitted) throw std::runtime_error("the spec of a test was not admitted");
  return std::move(*admitted);
}

inline ContainerSpec small_spec() {
  ContainerSpec spec;
  spec.skill = "small";
  spec.image = declared(*parse_image_reference("skillrun-test/small:1"));
  return spec;
}

}  // namespace skillrun::testing
