#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

bool is_local(std::string_view driver) { return driver.empty() || driver == "local"; }

void check_bind(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (const auto device = bound_device(mount.value)) {
      sink.report(mount.origin, fmt::format("the volume's options bind '{}' of the host", *device));
    }
  }
}

/// A file system in memory, made by the local driver with options that say no more than that.
bool is_in_memory(const Mount& mount) {
  const std::string_view device = driver_option(mount, "device");
  if (!is_local(mount.driver) || driver_option(mount, "type") != "tmpfs" || (device != "tmpfs" && device != "none")) {
    return false;
  }
  return std::ranges::all_of(mount.driver_options, [](const KeyValue& option) {
    if (option.key != "o") return option.key == "type" || option.key == "device";
    return std::ranges::all_of(split(option.value, ','), [](std::string_view word) {
      constexpr std::string_view plain[] = {"ro", "rw", "noexec", "nosuid", "nodev", "noatime"};
      constexpr std::string_view valued[] = {"size=", "mode=", "uid=", "gid=", "nr_inodes="};
      return std::ranges::find(plain, word) != std::ranges::end(plain) ||
             std::ranges::any_of(valued, [&](std::string_view name) { return word.starts_with(name); });
    });
  });
}

void check_device(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (mount.value.driver_options.empty() || bound_device(mount.value) || is_in_memory(mount.value)) continue;
    const std::string_view type = driver_option(mount.value, "type");
    const std::string_view device = driver_option(mount.value, "device");
    if ((type.empty() && device.empty()) || type == "tmpfs") {
      sink.report(mount.origin, "the volume has options that are not known to be harmless");
    } else {
      sink.report(mount.origin, fmt::format("the volume's options mount '{}' of type '{}'", device, type));
    }
  }
}

void check_driver(const RuleContext& context, FindingSink& sink) {
  for (const auto& mount : context.spec.mounts) {
    if (is_local(mount.value.driver) || context.params.has_word("allow", mount.value.driver)) continue;
    sink.report(mount.origin, fmt::format("the volume is made by the driver '{}'", mount.value.driver));
  }
  const auto& driver = context.spec.volume_driver;
  if (driver && !is_local(driver->value) && !context.params.has_word("allow", driver->value)) {
    sink.report(driver->origin, fmt::format("volumes are made by the driver '{}'", driver->value));
  }
}

void check_from(const RuleContext& context, FindingSink& sink) {
  for (const auto& container : context.spec.volumes_from) {
    sink.report(container.origin,
                fmt::format("everything that is mounted in container '{}' is mounted here too", container.value));
  }
}

void check_storage(const RuleContext& context, FindingSink& sink) {
  for (const auto& option : context.spec.storage_options) {
    sink.report(option.origin, fmt::format("the storage option '{}' is set", option.value.key));
  }
}

constexpr std::string_view local_driver[] = {"local"};
constexpr RuleParam driver_params[] = {{.name = "allow",
                                        .effect = ParamEffect::exempt,
                                        .description = "volume drivers that pass besides local",
                                        .builtin_words = local_driver}};

constexpr Rule rules[] = {
    {.info = {.id = "volume-as-bind",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a volume whose driver options bind a path of the host",
              .why = "it is a bind mount in all but name",
              .remedy = "write a bind mount, which is judged by its path",
              .source = "own"},
     .check = check_bind},
    {.info = {.id = "volume-device",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a volume whose driver options name a device or a remote file system, or are not known",
              .why = "a raw disk holds the host's files, and a remote one carries data away past network none",
              .remedy = "remove the options, or mount what the skill needs",
              .source = "own"},
     .check = check_device},
    {.info = {.id = "volume-driver",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a volume driver other than local",
              .why =
                  "a driver is a program with the engine's own rights, and where it keeps data is not in the manifest",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove,
              .params = driver_params},
     .check = check_driver},
    {.info = {.id = "volumes-from",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "mounts taken from another container",
              .why = "what they are is not in this manifest, so nobody judged it",
              .remedy = "name the mounts themselves",
              .source = "own"},
     .check = check_from},
    {.info = {.id = "storage-opt",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "storage options",
              .why =
                  "they depend on the engine's storage driver, and a size they set may be refused or ignored elsewhere",
              .remedy = "remove them unless the skill runs on one known engine",
              .source = "own"},
     .check = check_storage},
};

}  // namespace

std::span<const Rule> volumes_rules() { return rules; }

}  // namespace skillrun::rules
