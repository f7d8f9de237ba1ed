// What of the machine's devices it gets.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"
#include "engine/native/bundle/capabilities.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

json::object rule(bool allow, std::string_view access) { return {{"allow", allow}, {"access", access}}; }

json::object rule(bool allow, std::string_view access, std::string_view type, std::int64_t major, std::int64_t minor) {
  return {{"allow", allow}, {"access", access}, {"type", type}, {"major", major}, {"minor", minor}};
}

/// Everything is denied but zero, null, urandom, random, tty and console; runtimes add pseudo-terminals and the like
/// (DefaultLinuxSpec of moby's oci).
void write_default_rules(ConfigWriter& config) {
  constexpr std::pair<std::int64_t, std::int64_t> open[]{{1, 5}, {1, 3}, {1, 9}, {1, 8}, {5, 0}, {5, 1}};
  config.device_rules().push_back(rule(false, "rwm"));
  for (const auto& [major, minor] : open) config.device_rules().push_back(rule(true, "rwm", "c", major, minor));
  config.device_rules().push_back(rule(false, "rwm", "c", 10, 229));  // fuse
}

void add_node(ConfigWriter& config, const HostDevice& device, std::string path) {
  config.add_to("devices", json::object{{"path", std::move(path)},
                                        {"type", std::string_view(&device.type, 1)},
                                        {"major", device.major},
                                        {"minor", device.minor},
                                        {"fileMode", device.mode},
                                        {"uid", device.uid},
                                        {"gid", device.gid}});
}

/// A device that exists in the container already, such as /dev/null, gets its rule all the same.
void write_device(const Device& wanted, bool all_allowed, ConfigWriter& config) {
  auto found = config.context().devices.at(wanted.host);
  if (!found) return config.fail(std::move(found.error()));
  for (const HostDevice& device : *found) {
    const bool in_folder = device.path.size() > wanted.host.size() && device.path.starts_with(wanted.host + "/");
    const std::string below = in_folder ? device.path.substr(wanted.host.size()) : "";
    add_node(config, device, wanted.container + below);
    if (all_allowed) continue;
    config.device_rules().push_back(
        rule(true, wanted.permissions, std::string_view(&device.type, 1), device.major, device.minor));
  }
}

/// Nobody without root can restrict devices, and nobody without root has one that is not his own.
void write_devices(const Spec& spec, ConfigWriter& config) {
  if (is_privileged(spec)) {
    config.device_rules().push_back(rule(true, "rwm"));
    auto all = config.context().devices.all();
    if (!all) return config.fail(std::move(all.error()));
    for (const HostDevice& device : *all) add_node(config, device, device.path);
  } else if (!config.context().rootless) {
    write_default_rules(config);
  }
  for (const auto& entry : spec.devices) {
    const bool there = is_privileged(spec) && entry.value.container == entry.value.host;
    if (!there) write_device(entry.value, is_privileged(spec), config);
  }
}

/// Without rules, who may make nodes has every disk of the machine.
bool could_make_any_device(const Spec& spec, const NativeAbilities& can) {
  if (can.rootless || can.device_rules || is_privileged(spec)) return false;
  const auto bounding = bounding_capabilities(spec, can.capabilities);
  return std::ranges::find(bounding, "CAP_MKNOD") != bounding.end();
}

void device_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (could_make_any_device(spec, can)) {
    gaps.differs({},
                 "this machine has no control group for devices, and MKNOD lets a skill make any: drop it (cap_drop)");
  }
  for (const auto& entry : spec.devices) {
    if (can.rootless) {
      gaps.differs(entry.origin, "without root the native engine hands out no devices; use docker or podman");
    } else if (!can.device_rules) {
      gaps.differs(entry.origin, "this machine has no control group for devices: nothing else would be kept away");
    }
  }
}

/// "c 7:* rmw", which the setting's reader has checked.
std::optional<json::object> read_rule(std::string_view text) {
  const auto parts = split(text, ' ');
  if (parts.size() != 3) return std::nullopt;
  const std::size_t colon = parts[1].find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<std::int64_t> {
    if (digits == "*") return -1;
    std::uint32_t value = 0;
    const auto [stopped, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || stopped != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const auto major = number(parts[1].substr(0, colon));
  const auto minor = number(parts[1].substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return rule(true, parts[2], parts[0], *major, *minor);
}

/// They come after those of the devices; where everything is allowed they add nothing.
void write_rules(const Spec& spec, ConfigWriter& config) {
  if (is_privileged(spec)) return;
  for (const auto& entry : spec.device_cgroup_rules) {
    auto read = read_rule(entry.value);
    if (!read) return config.refuse(fmt::format("'{}' is not a device cgroup rule", printable(entry.value)));
    config.device_rules().push_back(std::move(*read));
  }
}

void rule_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  for (const auto& entry : spec.device_cgroup_rules) {
    if (can.rootless || !can.device_rules) {
      gaps.differs(entry.origin, "it needs root and a control group for devices");
    } else if (!read_rule(entry.value)) {
      gaps.differs(entry.origin, "its numbers are larger than any device's");
    }
  }
}

constexpr BundleRow device_rows[] = {
    {.setting = "devices", .write = write_devices, .gaps = device_gaps},
    never<&Spec::cdi_devices>("cdi_devices"),
    never<&Spec::gpus>("gpus"),
    {.setting = "device_cgroup_rules", .write = write_rules, .gaps = rule_gaps},
};

}  // namespace

std::span<const BundleRow> device_bundle_rows() { return device_rows; }

}  // namespace skillrun::inline v0
