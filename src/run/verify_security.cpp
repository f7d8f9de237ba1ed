// What it may do: privileges, capabilities, security options, devices.
#include <array>

#include "run/comparison.hpp"

namespace skillrun {

namespace {

using namespace std::string_view_literals;

constexpr std::array default_capabilities{
    "AUDIT_WRITE"sv,      "CHOWN"sv,   "DAC_OVERRIDE"sv, "FOWNER"sv, "FSETID"sv,  "KILL"sv,   "MKNOD"sv,
    "NET_BIND_SERVICE"sv, "NET_RAW"sv, "SETFCAP"sv,      "SETGID"sv, "SETPCAP"sv, "SETUID"sv, "SYS_CHROOT"sv};

/// What docker has hidden in every version; later ones hide more.
constexpr std::array masked{"/proc/acpi"sv,       "/proc/kcore"sv, "/proc/keys"sv,   "/proc/latency_stats"sv,
                            "/proc/timer_list"sv, "/proc/scsi"sv,  "/sys/firmware"sv};
constexpr std::array read_only{"/proc/bus"sv, "/proc/fs"sv, "/proc/irq"sv, "/proc/sys"sv, "/proc/sysrq-trigger"sv};

bool holds(const List<std::string>& list, std::string_view value) {
  return std::ranges::any_of(list, [&](const auto& entry) { return entry.value == value; });
}

bool holds(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

void compare_privileged(Comparison& c) {
  const bool approved = c.spec.privileged && c.spec.privileged->value;
  if (c.made.privileged == approved) return;
  if (c.spec.privileged) {
    c.differ(c.spec.privileged->origin, approved ? "true" : "false", c.made.privileged ? "true" : "false");
  } else {
    c.added("true");
  }
}

void compare_rootfs(Comparison& c) {
  const auto& approved = c.spec.readonly_rootfs;
  if (approved && approved->value && !c.made.readonly_rootfs) c.differ(approved->origin, "read-only", "writable");
}

/// podman tells what the container ends up with (bounding_caps), docker what it was told.
void compare_added_capabilities(Comparison& c) {
  if (c.spec.privileged && c.spec.privileged->value) return;
  if (!c.made.bounding_caps) return c.same_list(c.spec.cap_add, c.made.cap_add);
  for (const auto& capability : c.spec.cap_add) {
    const bool dropped = holds(c.spec.cap_drop, capability.value);
    if (capability.value != "ALL" && !dropped && !holds(*c.made.bounding_caps, capability.value)) {
      c.differ(capability.origin, capability.value, "none");
    }
  }
}

void compare_dropped_capabilities(Comparison& c) {
  const auto& drop = c.spec.cap_drop;
  if (c.spec.privileged && c.spec.privileged->value) return;
  if (!c.made.bounding_caps) return c.same_list(drop, c.made.cap_drop);
  for (const std::string& capability : *c.made.bounding_caps) {
    if (holds(c.spec.cap_add, capability) || (holds(c.spec.cap_add, "ALL") && !holds(drop, capability))) continue;
    if (holds(drop, "ALL") || holds(drop, capability)) {
      c.differ(drop.front().origin, fmt::format("without {}", capability), capability);
    }
  }
}

constexpr std::string_view unprivileged_word = "no-new-privileges";

void compare_no_new_privileges(Comparison& c) {
  const auto& approved = c.spec.no_new_privileges;
  if (!approved || !approved->value) return;
  const bool in_force = std::ranges::any_of(c.made.security_opt, [](const std::string& option) {
    return option == unprivileged_word || option == "no-new-privileges=true" || option == "no-new-privileges:true";
  });
  if (!in_force) c.differ(approved->origin, "true", "false");
}

/// Both separators mean the same.
std::string with_equals_sign(std::string option) {
  const std::size_t separator = option.find_first_of("=:");
  if (separator != std::string::npos) option[separator] = '=';
  return option;
}

void compare_system_paths(Comparison& c) {
  const bool privileged = c.spec.privileged && c.spec.privileged->value;
  if (privileged || holds(c.spec.security_opt, "systempaths=unconfined")) return;
  const auto check = [&](const std::optional<std::vector<std::string>>& made, const auto& expected,
                         std::string_view how) {
    if (!made) return;
    for (const std::string_view path : expected) {
      if (!holds(*made, path)) c.differ({}, fmt::format("{} {}", path, how), "as on the host");
    }
  };
  check(c.made.masked_paths, masked, "hidden");
  check(c.made.readonly_paths, read_only, "read-only");
}

bool is_host(const Optional<NamespaceSetting>& setting) {
  return setting && setting->value.mode == NamespaceMode::host;
}

void compare_security_options(Comparison& c) {
  const bool privileged = c.spec.privileged && c.spec.privileged->value;
  // docker switches SELinux labels off for these.
  const bool unlabelled = privileged || is_host(c.spec.pid_mode) || is_host(c.spec.ipc_mode);
  std::vector<std::string> approved;
  for (const auto& entry : c.spec.security_opt) {
    if (entry.value != "systempaths=unconfined") approved.push_back(with_equals_sign(entry.value));
  }
  std::vector<std::string> made;
  for (const std::string& option : c.made.security_opt) {
    if (option.starts_with(unprivileged_word)) continue;
    if (unlabelled && with_equals_sign(option) == "label=disable") continue;
    made.push_back(with_equals_sign(option));
  }
  if (c.made.apparmor_profile == "unconfined" && !privileged && !holds(made, "apparmor=unconfined")) {
    made.emplace_back("apparmor=unconfined");
  }
  c.same_entries(c.spec.security_opt.empty() ? nullptr : &c.spec.security_opt.front().origin, approved, made);
  compare_system_paths(c);
}

void compare_sysctls(Comparison& c) {
  if (c.made.sysctls) c.same_pairs(c.spec.sysctls, *c.made.sysctls);
}

std::string text_of(const Device& device) {
  return fmt::format("{}:{}:{}", device.host, device.container, device.permissions);
}

void compare_devices(Comparison& c) {
  // A privileged container has every device.
  if (c.spec.privileged && c.spec.privileged->value) return;
  const auto same = [](const Device& made, const Device& approved) {
    return made.host == approved.host && made.container == approved.container &&
           (made.permissions.empty() || made.permissions == approved.permissions);
  };
  for (const auto& approved : c.spec.devices) {
    if (std::ranges::none_of(c.made.devices, [&](const Device& made) { return same(made, approved.value); })) {
      c.differ(approved.origin, text_of(approved.value), "none");
    }
  }
  for (const Device& made : c.made.devices) {
    if (std::ranges::none_of(c.spec.devices, [&](const auto& approved) { return same(made, approved.value); })) {
      c.added(text_of(made));
    }
  }
}

void compare_device_rules(Comparison& c) { c.same_list(c.spec.device_cgroup_rules, c.made.device_cgroup_rules); }

/// podman keeps how it was called in annotations of its own, and takes over the image's. Of those only the standard
/// ones, which describe the image, say nothing to an OCI runtime.
void compare_annotations(Comparison& c) {
  auto made = c.made.annotations;
  std::erase_if(made, [&](const auto& entry) {
    const std::string& name = entry.first;
    return c.podman() && (name.starts_with("io.podman.annotations.") || name.starts_with("org.opencontainers.image.") ||
                          name == "io.kubernetes.cri-o.TTY" || name == "io.container.manager");
  });
  c.same_pairs(c.spec.annotations, made);
}

constexpr std::string_view cdi = "cdi";

void compare_cdi(Comparison& c) {
  std::vector<std::string> made;
  for (const MadeDeviceRequest& request : c.made.device_requests) {
    if (request.driver == cdi) made.insert(made.end(), request.device_ids.begin(), request.device_ids.end());
  }
  c.same_list(c.spec.cdi_devices, made);
}

std::string text_of(const GpuRequest& gpus) {
  std::string text = gpus.count < 0 ? "all GPUs" : fmt::format("{} GPUs", gpus.count);
  if (!gpus.device_ids.empty()) text = fmt::format("GPUs {}", fmt::join(gpus.device_ids, ", "));
  if (!gpus.driver.empty()) text += fmt::format(" of {}", gpus.driver);
  if (!gpus.capabilities.empty()) text += fmt::format(" for {}", fmt::join(gpus.capabilities, ", "));
  return text;
}

bool same_request(const GpuRequest& approved, const MadeDeviceRequest& made) {
  std::vector<std::string> capabilities = made.capabilities;
  const auto gpu = std::ranges::find(capabilities, "gpu");
  if (gpu == capabilities.end()) return false;
  capabilities.erase(gpu);
  return made.count == approved.count && made.driver == approved.driver && made.device_ids == approved.device_ids &&
         capabilities == approved.capabilities;
}

void compare_gpus(Comparison& c) {
  const auto& approved = c.spec.gpus;
  const bool wanted = approved && (approved->value.count != 0 || !approved->value.device_ids.empty());
  bool found = false;
  for (const MadeDeviceRequest& made : c.made.device_requests) {
    if (made.driver == cdi) continue;
    if (wanted && !found && same_request(approved->value, made)) {
      found = true;
    } else {
      c.added(made.text);
    }
  }
  if (wanted && !found) c.differ(approved->origin, text_of(approved->value), "none");
}

constexpr FieldComparison security_rows[] = {
    {"privileged", compare_privileged, {}},
    {"readonly_rootfs", compare_rootfs, {}},
    {"cap_add", compare_added_capabilities, {}},
    {"cap_drop", compare_dropped_capabilities, {}},
    {"no_new_privileges", compare_no_new_privileges, {}},
    {"security_opt", compare_security_options, {}},
    {"sysctls", compare_sysctls, {}},
    {"devices", compare_devices, {}},
    {"cdi_devices", compare_cdi, {}},
    {"gpus", compare_gpus, {}},
    {"device_cgroup_rules", compare_device_rules, {}},
    {"annotations", compare_annotations, {}},
};

}  // namespace

std::span<const FieldComparison> security_comparisons() { return security_rows; }

bool is_default_capability(std::string_view capability) noexcept {
  return std::ranges::find(default_capabilities, capability) != default_capabilities.end();
}

}  // namespace skillrun
