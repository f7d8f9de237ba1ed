// What the container may do beyond an ordinary process.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

/// The parameters that docker and podman let through: those that the kernel keeps apart for each container.
bool is_sysctl_key(std::string_view key) {
  constexpr std::array<std::string_view, 8> kernel{"kernel.msgmax", "kernel.msgmnb",          "kernel.msgmni",
                                                   "kernel.sem",    "kernel.shm_rmid_forced", "kernel.shmall",
                                                   "kernel.shmmax", "kernel.shmmni"};
  const bool readable = std::ranges::all_of(
      key, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; });
  return readable &&
         (key.starts_with("net.") || key.starts_with("fs.mqueue.") || std::ranges::find(kernel, key) != kernel.end());
}

/// The value of no-new-privileges in its three forms, or nothing when `value` is another option.
std::optional<std::optional<bool>> read_no_new_privileges(std::string_view value) {
  constexpr std::string_view name = "no-new-privileges";
  if (!value.starts_with(name)) return std::nullopt;
  const std::string_view rest = value.substr(name.size());
  if (rest.empty()) return true;
  if (rest.front() != '=' && rest.front() != ':') return std::nullopt;
  return parse_bool(rest.substr(1));
}

}  // namespace

void add_capability(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto capability = parse_capability(value);
  if (!capability) {
    builder.problem("invalid-value", origin, capability.error().message, "see capabilities(7) for the names");
    return;
  }
  builder.spec.cap_add.push_back({std::move(*capability), origin});
}

void drop_capability(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto capability = parse_capability(value);
  if (!capability) {
    builder.problem("invalid-value", origin, capability.error().message, "see capabilities(7) for the names, or ALL");
    return;
  }
  builder.spec.cap_drop.push_back({std::move(*capability), origin});
}

void add_security_opt(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const auto option = read_no_new_privileges(value);
  const std::size_t separator = value.find_first_of(value.find('=') == std::string::npos ? ':' : '=');
  if (!option && (separator == std::string::npos || separator + 1 == value.size())) {
    builder.problem("unknown-security-opt", origin,
                    fmt::format("a security option that is not known: '{}'", printable(value)),
                    "write NAME=VALUE, or no-new-privileges");
  } else if (!option) {
    builder.spec.security_opt.push_back({value, origin});
  } else if (!*option) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is neither true nor false", printable(value)),
                    "write no-new-privileges");
  } else {
    builder.spec.no_new_privileges = Setting<bool>{**option, origin};  // engines apply them in order
  }
}

void add_sysctl(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const std::size_t equals = value.find('=');
  const std::string key = value.substr(0, equals);
  if (equals == std::string::npos) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is no sysctl", printable(value)), "write NAME=VALUE");
    return;
  }
  if (!is_sysctl_key(key)) {
    builder.problem("sysctl", origin, fmt::format("the kernel parameter '{}' is none that engines set", printable(key)),
                    "use a parameter below net. or fs.mqueue., or one of System V's such as kernel.shmmax");
    return;
  }
  builder.spec.sysctls.push_back({KeyValue{key, value.substr(equals + 1)}, origin});
}

void add_device(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (is_cdi_device(value)) {
    builder.spec.cdi_devices.push_back({value, origin});
    return;
  }
  auto device = parse_device(value, builder.paths());
  if (!device) {
    builder.problem("invalid-value", origin, device.error().message, "write /dev/NAME[:PATH[:rwm]]");
    return;
  }
  builder.spec.devices.push_back({std::move(*device), origin});
}

void set_gpus(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto gpus = parse_gpus(value);
  if (!gpus) {
    builder.problem("invalid-value", origin, gpus.error().message, "write all or a number");
    return;
  }
  Optional<GpuRequest>& slot = builder.spec.gpus;
  if (slot && slot->origin.kind == OriginKind::extra_args && origin.kind == OriginKind::extra_args) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is a second request for GPUs", printable(value)),
                    "keep one of them; device= takes a list");
    return;
  }
  builder.set(slot, std::move(*gpus), origin);
}

}  // namespace skillrun
