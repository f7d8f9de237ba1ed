#include "engine/podman_gaps.hpp"

#include <algorithm>
#include <array>

#include "spec/spec_fields.hpp"

namespace skillrun {

namespace {

constexpr auto docker_only = std::to_array<std::string_view>({"healthcheck",
                                                              "log_options",
                                                              "cdi_devices",
                                                              "device_cgroup_rules",
                                                              "runtime",
                                                              "isolation",
                                                              "annotations",
                                                              "volume_driver",
                                                              "storage_options",
                                                              "network_aliases",
                                                              "network_driver_options",
                                                              "ipv4_address",
                                                              "ipv6_address",
                                                              "link_local_ips",
                                                              "mac_address",
                                                              "gateway_priority",
                                                              "links",
                                                              "publish_all",
                                                              "cpu_realtime_period",
                                                              "cpu_realtime_runtime",
                                                              "blkio_weight",
                                                              "blkio_weight_devices",
                                                              "device_read_bps",
                                                              "device_read_iops",
                                                              "device_write_bps",
                                                              "device_write_iops"});

bool uses_volume_driver(const Setting<Mount>& mount) {
  return !mount.value.driver.empty() || !mount.value.driver_options.empty() || !mount.value.labels.empty() ||
         mount.value.recursion != BindRecursion::unset;
}

/// To docker the name of a network, to podman a way to connect.
bool is_mode_of_podman(const NetworkMode& network) {
  return network.kind == NetworkKind::named &&
         (network.name == "private" || network.name == "pasta" || network.name == "slirp4netns");
}

}  // namespace

std::vector<std::string_view> podman_gaps(const ContainerSpec& spec) {
  std::vector<std::string_view> gaps;
  for (const SpecField& field : spec_fields(spec)) {
    const bool known = std::ranges::find(docker_only, field.name) == docker_only.end();
    if (!known && std::ranges::find(gaps, field.name) == gaps.end()) gaps.push_back(field.name);
  }
  if (spec.log_driver && spec.log_driver->value != "none") gaps.emplace_back("log_driver");
  if (spec.restart_policy && spec.restart_policy->value.name != "no") gaps.emplace_back("restart_policy");
  if (spec.network_mode && is_mode_of_podman(spec.network_mode->value)) gaps.emplace_back("network_mode");
  if (std::ranges::any_of(spec.mounts, uses_volume_driver)) gaps.emplace_back("mounts");
  return gaps;
}

}  // namespace skillrun
