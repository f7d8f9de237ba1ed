// Any bytes as the body of a create request, whose spec becomes an OCI bundle. Holds: nothing throws; what has neither
// problems nor gaps is written, or refused with a reason; what is written keeps the confinement that was asked for.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/docker/create_request.hpp"
#include "engine/failure.hpp"
#include "engine/native/bundle/native_gaps.hpp"
#include "engine/native/bundle/oci_config.hpp"
#include "fuzz_lint.hpp"

namespace {

using namespace skillrun;
using skillrun::fuzz::require;

class NoDevices final : public DeviceSource {
 public:
  EngineResult<std::vector<HostDevice>> at(const std::string& path) const override {
    if (path.starts_with("/dev/null")) return std::vector{HostDevice{.path = path, .major = 1, .minor = 3}};
    return failure(EngineError::Kind::refused, "no device");
  }
  EngineResult<std::vector<HostDevice>> all() const override { return std::vector<HostDevice>(); }
};

const std::vector<std::string> capabilities{"CHOWN", "MKNOD", "NET_RAW", "SETUID", "SYS_ADMIN", "SYS_RESOURCE"};

NativeAbilities able() {
  NativeAbilities can;
  can.runtime = "runc";
  can.cgroups = 1;
  can.memory = can.swap = can.swappiness = can.oom_kill_disable = can.cpu = can.cpu_realtime = can.cpuset = true;
  can.pids = can.block_io = can.block_io_weight = can.device_rules = can.seccomp = can.seccomp_profile = true;
  can.init_program = true;
  can.capabilities = capabilities;
  return can;
}

bool names(const SettingList<std::string>& list, std::string_view name) {
  return std::ranges::any_of(list, [&](const auto& entry) { return entry.value == name; });
}

bool is_on(const OptionalSetting<bool>& setting) { return setting && setting->value; }

bool has_namespace(const json::object& linux_part, std::string_view type) {
  return std::ranges::any_of(linux_part.at("namespaces").as_array(),
                             [&](const json::value& entry) { return entry.at("type").as_string() == type; });
}

/// What would break out, had it been overlooked.
void check_confinement(const ContainerSpec& spec, const json::object& config) {
  const json::object& process = config.at("process").as_object();
  const json::object& linux_part = config.at("linux").as_object();
  require(process.contains("noNewPrivileges") == is_on(spec.no_new_privileges));
  require(config.at("root").as_object().contains("readonly") == is_on(spec.readonly_rootfs));
  if (is_on(spec.privileged)) return;
  for (const json::value& name : process.at("capabilities").at("bounding").as_array()) {
    const std::string_view bare = std::string_view(name.as_string()).substr(4);
    require(!names(spec.cap_drop, bare) || names(spec.cap_add, bare));
    if (names(spec.cap_drop, "ALL")) require(names(spec.cap_add, bare) || names(spec.cap_add, "ALL"));
  }
  require(!linux_part.at("resources").at("devices").at(0).at("allow").as_bool());
  require(linux_part.contains("seccomp") || !spec.security_opt.empty());
  require(linux_part.contains("maskedPaths") || names(spec.security_opt, "systempaths=unconfined"));
  const auto is_host = [](const auto& setting) { return setting && setting->value.mode == NamespaceMode::host; };
  require(has_namespace(linux_part, "pid") != is_host(spec.pid_mode));
  require(has_namespace(linux_part, "ipc") != is_host(spec.ipc_mode));
  require(has_namespace(linux_part, "uts") != is_host(spec.uts_mode));
  require(has_namespace(linux_part, "network") != (spec.network_mode->value.kind == NetworkKind::host));
  require(has_namespace(linux_part, "mount"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  ContainerSpec spec =
      read_create_request({.body = body}, {.workdir = "/work", .cwd = "/work", .home = "/home", .uid = 1, .gid = 1});
  if (!spec.network_mode) spec.network_mode = Setting<NetworkMode>{};
  spec.rm = Setting<bool>{true, {}};
  const std::vector<EngineGap> gaps = native_gaps(spec, able());
  for (const EngineGap& gap : gaps) require(!gap.setting.empty() && !gap.reason.empty());
  ImageInfo image;
  image.command = {"true"};
  std::vector<VolumeFolder> volumes;
  for (const auto& entry : spec.mounts) volumes.push_back({entry.value.target, "/volumes/one"});
  const ImageIdentity who{.uid = 0, .gid = 0, .groups = {0}, .home = "/root"};
  const NoDevices devices;
  const auto config = oci_config(spec, {.image = image,
                                        .who = who,
                                        .devices = devices,
                                        .rootfs = "/run/root",
                                        .id = std::string(64, 'a'),
                                        .cgroup = "/skillrun/a",
                                        .files = "/run/files",
                                        .host_name = "machine",
                                        .architecture = "amd64",
                                        .seccomp_profile = R"({"defaultAction": "SCMP_ACT_ERRNO"})",
                                        .apparmor_profile = "",
                                        .init_program = "/usr/bin/tini",
                                        .capabilities = capabilities,
                                        .volumes = volumes});
  if (!spec.problems.empty() || !gaps.empty()) return 0;
  if (!config) {
    require(!config.error().message.empty());
  } else {
    check_confinement(spec, *config);
  }
  return 0;
}
