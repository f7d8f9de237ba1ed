#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/failure.hpp"
#include "engine/native/bundle/native_gaps.hpp"
#include "engine/native/bundle/oci_config.hpp"
#include "unit/engine/api_full_spec.hpp"

namespace skillrun::testing {

/// A machine with four devices.
class FakeDevices final : public DeviceSource {
 public:
  EngineResult<std::vector<HostDevice>> at(const std::string& path) const override {
    const auto found = std::ranges::find(devices_, path, &HostDevice::path);
    if (found != devices_.end()) return std::vector{*found};
    if (path == "/dev/folder") return std::vector{HostDevice{.path = "/dev/folder/one", .major = 7, .minor = 1}};
    return failure(EngineError::Kind::refused, path + " is not a device");
  }
  EngineResult<std::vector<HostDevice>> all() const override { return devices_; }

 private:
  std::vector<HostDevice> devices_{{.path = "/dev/fuse", .type = 'c', .major = 10, .minor = 229, .mode = 0600},
                                   {.path = "/dev/null", .type = 'c', .major = 1, .minor = 3, .mode = 0666},
                                   {.path = "/dev/vda", .type = 'b', .major = 254, .minor = 0, .mode = 0600}};
};

/// What a context keeps views of.
struct NativeRun {
  ImageInfo image;
  ImageIdentity who{.uid = 0, .gid = 0, .groups = {0}, .home = "/root"};
  FakeDevices devices;
  std::vector<std::string> capabilities{
      "CHOWN",   "DAC_OVERRIDE", "FSETID",           "FOWNER",     "MKNOD", "NET_RAW",     "SETGID",    "SETUID",
      "SETFCAP", "SETPCAP",      "NET_BIND_SERVICE", "SYS_CHROOT", "KILL",  "AUDIT_WRITE", "NET_ADMIN", "SYS_ADMIN"};
  std::vector<VolumeFolder> volumes;
  std::vector<SourceAlias> aliases;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> without;
  std::string apparmor_profile;
  std::string architecture = "amd64";
  std::string init_program = "/usr/bin/docker-init";
  bool tty = false;
  std::optional<TerminalSize> terminal_size;
  bool rootless = false;
  bool unified_cgroups = false;
  bool swap_limit = true;
  bool recursive_read_only = false;

  NativeRun() {
    image.command = {"sleep", "1000"};
    image.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  }

  [[nodiscard]] EngineResult<json::object> config(const ContainerSpec& spec) const {
    return oci_config(spec, BundleContext{.image = image,
                                          .who = who,
                                          .devices = devices,
                                          .rootfs = "/run/root",
                                          .id = "0123456789ab" + std::string(52, 'c'),
                                          .cgroup = "/docker/0123456789ab" + std::string(52, 'c'),
                                          .files = "/run/files",
                                          .host_name = "machine",
                                          .architecture = architecture,
                                          .seccomp_profile = R"({"defaultAction": "SCMP_ACT_ERRNO"})",
                                          .apparmor_profile = apparmor_profile,
                                          .init_program = init_program,
                                          .capabilities = capabilities,
                                          .volumes = volumes,
                                          .aliases = aliases,
                                          .environment = environment,
                                          .without = without,
                                          .tty = tty,
                                          .terminal_size = terminal_size,
                                          .rootless = rootless,
                                          .unified_cgroups = unified_cgroups,
                                          .swap_limit = swap_limit,
                                          .recursive_read_only = recursive_read_only});
  }
};

/// A machine that can do everything, with root.
inline NativeAbilities able_machine() {
  NativeAbilities can;
  can.runtime = "crun";
  can.cgroups = 1;
  for (bool NativeAbilities::* ability :
       {&NativeAbilities::memory, &NativeAbilities::swap, &NativeAbilities::swappiness,
        &NativeAbilities::oom_kill_disable, &NativeAbilities::cpu, &NativeAbilities::cpu_realtime,
        &NativeAbilities::cpuset, &NativeAbilities::pids, &NativeAbilities::block_io, &NativeAbilities::block_io_weight,
        &NativeAbilities::device_rules, &NativeAbilities::seccomp, &NativeAbilities::seccomp_profile,
        &NativeAbilities::apparmor, &NativeAbilities::recursive_read_only, &NativeAbilities::init_program}) {
    can.*ability = true;
  }
  can.capabilities = NativeRun().capabilities;
  can.capabilities.emplace_back("SYS_RESOURCE");
  return can;
}

/// A spec as it is admitted: with a network mode.
inline ContainerSpec native_spec() {
  ContainerSpec spec = small_spec();
  spec.network_mode = declared(NetworkMode{NetworkKind::none, ""});
  return spec;
}

}  // namespace skillrun::testing
