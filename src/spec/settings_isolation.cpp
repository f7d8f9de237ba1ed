// What the container may do beyond an ordinary process.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

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
    builder.problem("invalid-value", origin, fmt::format("'{}' is not a sysctl", printable(value)), "write NAME=VALUE");
    return;
  }
  if (!is_sysctl_key(key)) {
    builder.problem("sysctl", origin,
                    fmt::format("the kernel parameter '{}' is not one that engines set", printable(key)),
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
  OptionalSetting<GpuRequest>& slot = builder.spec.gpus;
  if (slot && slot->origin.kind == origin.kind) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is a second request for GPUs", printable(value)),
                    "keep one of them; device= takes a list");
    return;
  }
  builder.set(slot, std::move(*gpus), origin);
}

constexpr SettingRow isolation_rows[] = {
    {.member = member<&Spec::privileged>("privileged", FieldType::boolean),
     .flag = {.name = "privileged", .arity = FlagArity::boolean},
     .service = {"privileged", ServiceShape::boolean},
     .set = set_switch<&Spec::privileged>},
    {.member = member<&Spec::readonly_rootfs>("readonly_rootfs", FieldType::boolean).meaning(Sense::declared),
     .key = {"read_only", &Docker::read_only, "read-only root file system", "true"},
     .flag = {.name = "read-only", .arity = FlagArity::boolean},
     .service = {"read_only", ServiceShape::boolean},
     .set = set_switch<&Spec::readonly_rootfs>},
    {.member = member<&Spec::cap_add>("cap_add").meaning(Sense::parts),
     .key = {"cap_add", &Docker::cap_add, "capabilities to add", R"(["NET_BIND_SERVICE"])"},
     .flag = {.name = "cap-add", .arity = FlagArity::list},
     .service = {"cap_add", ServiceShape::list},
     .set = set_parsed<&Spec::cap_add, parse_capability, "see capabilities(7) for the names">},
    {.member = member<&Spec::cap_drop>("cap_drop").meaning(Sense::parts),
     .key = {"cap_drop", &Docker::cap_drop, "capabilities to drop", R"(["ALL"])"},
     .flag = {.name = "cap-drop", .arity = FlagArity::list},
     .service = {"cap_drop", ServiceShape::list},
     .set = set_parsed<&Spec::cap_drop, parse_capability, "see capabilities(7) for the names, or ALL">},
    {.member = member<&Spec::no_new_privileges>("no_new_privileges", FieldType::boolean).meaning(Sense::declared)},
    {.member = member<&Spec::security_opt>("security_opt").meaning(Sense::parts),
     .key = {"security_opt", &Docker::security_opt, "security options", R"(["no-new-privileges"])"},
     .flag = {.name = "security-opt", .arity = FlagArity::list},
     .service = {"security_opt", ServiceShape::list},
     .set = add_security_opt},
    {.member = member<&Spec::sysctls>("sysctls"),
     .key = {"sysctls", &Docker::sysctls, "kernel parameters of the container",
             R"({ "net.ipv4.tcp_syncookies" = "1" })", Scalars::numbers},
     .flag = {.name = "sysctl", .arity = FlagArity::list},
     .service = {"sysctls", ServiceShape::pairs},
     .set = add_sysctl},
    {.member = member<&Spec::devices>("devices").meaning(Sense::parts),
     .key = {"devices", &Docker::devices, "host devices as host[:container[:permissions]]", R"(["/dev/dri"])"},
     .flag = {.name = "device", .arity = FlagArity::list},
     .service = {"devices", ServiceShape::list},
     .set = add_device},
    {.member = member<&Spec::cdi_devices>("cdi_devices")},
    {.member = member<&Spec::gpus>("gpus").meaning(Sense::parts),
     .key = {"gpus", &Docker::gpus, "GPUs: all or a count", R"("all")", Scalars::numbers},
     .flag = {.name = "gpus", .arity = FlagArity::list},
     .set = set_gpus},
};

}  // namespace

std::span<const SettingRow> isolation_settings() { return isolation_rows; }

}  // namespace skillrun::inline v0
