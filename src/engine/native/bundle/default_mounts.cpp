#include "engine/native/bundle/default_mounts.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/native/bundle/spec_facts.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::int64_t usual_shm_size = std::int64_t{64} << 20;

/// /dev/shm: of the machine where its IPC namespace is shared, none where there is to be none.
void add_shared_memory(const ContainerSpec& spec, std::vector<json::object>& mounts) {
  if (!has_shared_memory(spec)) return;
  if (shares_ipc(spec)) {
    mounts.push_back(oci_mount("/dev/shm", "bind", "/dev/shm", {"rbind", "rprivate"}));
    return;
  }
  const std::int64_t size = spec.shm_size ? spec.shm_size->value : usual_shm_size;
  mounts.push_back(oci_mount("/dev/shm", "tmpfs", "shm",
                             {"nosuid", "noexec", "nodev", "mode=1777", json::string(fmt::format("size={}", size))}));
}

void add_files_of_run(const ContainerSpec& spec, const BundleContext& context, std::vector<json::object>& mounts) {
  for (const std::string_view name : {"resolv.conf", "hostname", "hosts"}) {
    json::array options{"rbind"};
    if (has_read_only_root(spec)) options.emplace_back("ro");
    options.emplace_back("rprivate");
    mounts.push_back(
        oci_mount(fmt::format("/etc/{}", name), "bind", fmt::format("{}/{}", context.files, name), std::move(options)));
  }
}

}  // namespace

json::object oci_mount(std::string_view target, std::string_view type, std::string_view source, json::array options) {
  return {{"destination", target}, {"type", type}, {"source", source}, {"options", std::move(options)}};
}

std::vector<json::object> default_mounts(const ContainerSpec& spec, const BundleContext& context) {
  json::array sys{"nosuid", "noexec", "nodev"};
  if (!is_privileged(spec)) sys.emplace_back("ro");
  std::vector<json::object> mounts;
  mounts.push_back(oci_mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}));
  mounts.push_back(oci_mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
  mounts.push_back(oci_mount("/dev/pts", "devpts", "devpts",
                             {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}));
  mounts.push_back(oci_mount("/sys", "sysfs", "sysfs", sys));
  mounts.push_back(oci_mount("/sys/fs/cgroup", "cgroup", "cgroup", sys));
  mounts.push_back(oci_mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}));
  add_shared_memory(spec, mounts);
  add_files_of_run(spec, context, mounts);
  return mounts;
}

}  // namespace skillrun::inline v0
