#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// Folders and nodes below /dev that are memory, disks, or ways into the kernel.
constexpr std::string_view critical[] = {"mem",   "kmem", "port",   "kvm",  "fuse", "net/tun",   "mapper",      "disk",
                                         "block", "vfio", "uinput", "hpet", "raw",  "vhost-net", "loop-control"};

/// Block devices by how their names begin: sda, nvme0n1, vdb1, dm-0, loop3, ...
constexpr std::string_view disks[] = {"sd", "hd",  "vd", "xvd", "nvme", "mmcblk", "dm-",      "md", "loop",
                                      "sr", "nbd", "zd", "ram", "rbd",  "bcache", "mtdblock", "sg"};

bool is_critical(std::string_view path) {
  if (is_within("/dev", path)) return true;
  if (!is_within(path, "/dev")) return false;
  const std::string_view name = path.substr(5);
  return std::ranges::any_of(critical, [&](std::string_view node) { return is_within(name, node); }) ||
         std::ranges::any_of(disks, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// By the declared path and, where it is known, by the real one.
bool is_allowed(const RuleContext& context, const std::string& path) {
  const auto listed = [&](std::string_view node) {
    return std::ranges::any_of(context.params.words("allow"),
                               [&](const auto& known) { return is_within(node, known); });
  };
  if (!is_clean(path) || !listed(path)) return false;
  const std::optional<std::string> real = context.host.real_path(path);
  return !real || listed(*real);
}

void check_device(const RuleContext& context, FindingSink& sink) {
  for (const auto& device : context.spec.devices) {
    if (is_allowed(context, device.value.host)) continue;
    sink.report(device.origin, fmt::format("the host's device '{}' is passed in", device.value.host));
  }
}

void check_critical(const RuleContext& context, FindingSink& sink) {
  for (const auto& device : context.spec.devices) {
    const std::optional<std::string> real = context.host.real_path(device.value.host);
    if (is_critical(device.value.host) || (real && is_critical(*real))) {
      sink.report(device.origin, fmt::format("'{}' reaches the host's memory, disks or kernel", device.value.host));
    }
  }
}

void check_cgroup_rule(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.device_cgroup_rules) {
    sink.report(entry.origin, fmt::format("the rule '{}' allows devices", entry.value));
  }
}

void check_cdi(const RuleContext& context, FindingSink& sink) {
  for (const auto& device : context.spec.cdi_devices) {
    if (context.params.has_word("allow", device.value)) continue;
    sink.report(device.origin, fmt::format("the CDI device '{}' is passed in", device.value));
  }
  const auto& gpus = context.spec.gpus;
  if (!gpus || !is_cdi_request(gpus->value)) return;
  if (gpus->value.device_ids.empty()) sink.report(gpus->origin, "devices of CDI are passed in, whichever there are");
  for (const std::string& device : gpus->value.device_ids) {
    if (gpus->value.driver != "cdi" && !is_cdi_device(device)) continue;
    if (context.params.has_word("allow", device)) continue;
    sink.report(gpus->origin, fmt::format("the CDI device '{}' is passed in", device));
  }
}

constexpr RuleParam device_params[] = {
    {.name = "allow",
     .type = ParamType::paths,
     .effect = ParamEffect::exempt,
     .description = "devices, or folders of them, that pass; critical-device still judges them"}};
constexpr RuleParam cdi_params[] = {{.name = "allow",
                                     .effect = ParamEffect::exempt,
                                     .description = "names of devices (vendor.com/class=name) that pass"}};

/// What the rule of that name says for others too.
constexpr std::string_view critical_device_covers[] = {"device"};
constexpr std::string_view cdi_device_covers[] = {"gpu"};

constexpr Rule rules[] = {
    {.info = {.id = "device",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "any device of the host",
              .why = "a device driver is kernel code that a skill can then feed anything",
              .remedy = "remove it; for GPUs use gpus",
              .source = "CIS Docker 1.6.0 5.18",
              .fix = AutoFix::remove,
              .params = device_params},
     .check = check_device},
    {.info = {.id = "critical-device",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a block device, kernel memory, kvm, fuse or net/tun, or all of /dev",
              .why = "a raw disk or the kernel's memory is the host itself, past every file permission",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove,
              .covers = critical_device_covers},
     .check = check_critical},
    {.info = {.id = "device-cgroup-rule",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a device cgroup rule",
              .why = "containers may make device nodes by default, so a rule for a disk is the raw disk",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_cgroup_rule},
    {.info = {.id = "cdi-device",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a device named through CDI",
              .why = "a file on the host says which devices, mounts and hooks the name stands for",
              .remedy = "remove it, or let a policy of yours allow it",
              .source = "own",
              .params = cdi_params,
              .covers = cdi_device_covers},
     .check = check_cdi},
};

}  // namespace

std::span<const Rule> devices_rules() { return rules; }

}  // namespace skillrun::rules
