// What it may do: privileges, capabilities, security options, devices.
#include <array>
#include <tuple>

#include "run/comparison.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

constexpr std::array default_capabilities{
    "AUDIT_WRITE"sv,      "CHOWN"sv,   "DAC_OVERRIDE"sv, "FOWNER"sv, "FSETID"sv,  "KILL"sv,   "MKNOD"sv,
    "NET_BIND_SERVICE"sv, "NET_RAW"sv, "SETFCAP"sv,      "SETGID"sv, "SETPCAP"sv, "SETUID"sv, "SYS_CHROOT"sv};

/// What docker has hidden in every version; later ones hide more.
constexpr std::array masked{"/proc/acpi"sv,       "/proc/kcore"sv, "/proc/keys"sv,   "/proc/latency_stats"sv,
                            "/proc/timer_list"sv, "/proc/scsi"sv,  "/sys/firmware"sv};
constexpr std::array read_only{"/proc/bus"sv, "/proc/fs"sv, "/proc/irq"sv, "/proc/sys"sv, "/proc/sysrq-trigger"sv};

bool holds(const SettingList<std::string>& list, std::string_view value) {
  return std::ranges::any_of(list, [&](const auto& entry) { return entry.value == value; });
}

bool holds(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

bool is_privileged(const Comparison& c) { return c.spec.privileged && c.spec.privileged->value; }

/// Every entry on both sides.
void compare_lists(Comparison& c, const SettingList<std::string>& approved, const SettingList<std::string>& made) {
  c.same_entries(approved.empty() ? nullptr : &approved.front().origin, values_of(approved), values_of(made));
}

/// Some engines tell what the container ends up with, others what they were told.
void compare_added_capabilities(Comparison& c) {
  if (is_privileged(c)) return;
  const auto& bounding = c.observed.bounding_capabilities;
  if (!bounding) return compare_lists(c, c.spec.cap_add, c.made.cap_add);
  for (const auto& capability : c.spec.cap_add) {
    const bool dropped = holds(c.spec.cap_drop, capability.value);
    if (capability.value != "ALL" && !dropped && !holds(*bounding, capability.value)) {
      c.differ(capability.origin, capability.value, "none");
    }
  }
}

void compare_dropped_capabilities(Comparison& c) {
  const auto& drop = c.spec.cap_drop;
  if (is_privileged(c)) return;
  const auto& bounding = c.observed.bounding_capabilities;
  if (!bounding) return compare_lists(c, drop, c.made.cap_drop);
  for (const std::string& capability : *bounding) {
    if (holds(c.spec.cap_add, capability) || (holds(c.spec.cap_add, "ALL") && !holds(drop, capability))) continue;
    if (holds(drop, "ALL") || holds(drop, capability)) {
      c.differ(drop.front().origin, fmt::format("without {}", capability), capability);
    }
  }
}

/// Both separators mean the same.
std::string with_equals_sign(std::string option) {
  const std::size_t separator = option.find_first_of("=:");
  if (separator != std::string::npos) option[separator] = '=';
  return option;
}

void compare_system_paths(Comparison& c) {
  if (is_privileged(c) || holds(c.spec.security_opt, "systempaths=unconfined")) return;
  const auto check = [&](const std::optional<std::vector<std::string>>& made, const auto& expected,
                         std::string_view how) {
    if (!made) return;
    for (const std::string_view path : expected) {
      if (!holds(*made, path)) c.differ({}, fmt::format("{} {}", path, how), "as on the host");
    }
  };
  check(c.observed.masked_paths, masked, "hidden");
  check(c.observed.readonly_paths, read_only, "read-only");
}

bool is_host(const OptionalSetting<NamespaceSetting>& setting) {
  return setting && setting->value.mode == NamespaceMode::host;
}

void compare_security_options(Comparison& c) {
  const bool privileged = is_privileged(c);
  // docker switches SELinux labels off for these.
  const bool unlabelled = privileged || is_host(c.spec.pid_mode) || is_host(c.spec.ipc_mode);
  std::vector<std::string> approved;
  for (const auto& entry : c.spec.security_opt) {
    if (entry.value != "systempaths=unconfined") approved.push_back(with_equals_sign(entry.value));
  }
  std::vector<std::string> made;
  for (const auto& entry : c.made.security_opt) {
    const std::string option = with_equals_sign(entry.value);
    if (!unlabelled || option != "label=disable") made.push_back(option);
  }
  if (c.observed.apparmor_profile == "unconfined" && !privileged && !holds(made, "apparmor=unconfined")) {
    made.emplace_back("apparmor=unconfined");
  }
  c.same_entries(c.spec.security_opt.empty() ? nullptr : &c.spec.security_opt.front().origin, approved, made);
  compare_system_paths(c);
}

std::string text_of(const Device& device) {
  return fmt::format("{}:{}:{}", device.host, device.container, device.permissions);
}

void compare_devices(Comparison& c) {
  // A privileged container has every device. Permissions that the engine does not tell are empty.
  if (is_privileged(c)) return;
  const auto same = [](const Device& made, const Device& approved) {
    return made.host == approved.host && made.container == approved.container &&
           (made.permissions.empty() || made.permissions == approved.permissions);
  };
  for (const auto& approved : c.spec.devices) {
    if (std::ranges::none_of(c.made.devices, [&](const auto& made) { return same(made.value, approved.value); })) {
      c.differ(approved.origin, text_of(approved.value), "none");
    }
  }
  for (const auto& made : c.made.devices) {
    if (std::ranges::none_of(c.spec.devices, [&](const auto& approved) { return same(made.value, approved.value); })) {
      c.added(text_of(made.value));
    }
  }
}

std::string text_of(const GpuRequest& gpus) {
  std::string text = gpus.count < 0 ? "all GPUs" : fmt::format("{} GPUs", gpus.count);
  if (!gpus.device_ids.empty()) text = fmt::format("GPUs {}", fmt::join(gpus.device_ids, ", "));
  if (!gpus.driver.empty()) text += fmt::format(" of {}", gpus.driver);
  if (!gpus.capabilities.empty()) text += fmt::format(" for {}", fmt::join(gpus.capabilities, ", "));
  return text;
}

/// A request for none asks for nothing.
void compare_gpus(Comparison& c) {
  const auto& approved = c.spec.gpus;
  const auto& made = c.made.gpus;
  const bool wanted = approved && (approved->value.count != 0 || !approved->value.device_ids.empty());
  if (!wanted) {
    if (made) c.added(text_of(made->value));
    return;
  }
  const auto parts = [](const GpuRequest& gpus) {
    return std::tie(gpus.count, gpus.driver, gpus.device_ids, gpus.capabilities);
  };
  if (made && parts(made->value) == parts(approved->value)) return;
  c.differ(approved->origin, text_of(approved->value), made ? text_of(made->value) : "none");
}

constexpr PartsComparison isolation_rows[] = {
    {"cap_add", compare_added_capabilities},
    {"cap_drop", compare_dropped_capabilities},
    {"security_opt", compare_security_options},
    {"devices", compare_devices},
    {"gpus", compare_gpus},
};

}  // namespace

std::span<const PartsComparison> isolation_comparisons() { return isolation_rows; }

bool is_default_capability(std::string_view capability) noexcept {
  return std::ranges::find(default_capabilities, capability) != default_capabilities.end();
}

}  // namespace skillrun::inline v0
