#include <fmt/format.h>

#include "engine/cli/argv.hpp"
#include "engine/podman_gaps.hpp"

namespace skillrun {

namespace {

class RareSettings {
 public:
  RareSettings(const ContainerSpec& spec, const CliDialect& dialect, RenderedSpec& into)
      : spec_(spec), dialect_(dialect), into_(into) {}

  void render() {
    if (dialect_.podman) {
      for (const std::string_view field : podman_gaps(spec_)) {
        into_.unsupported.push_back(fmt::format("skillrun does not hand {} to podman; use docker", field));
      }
    }
    namespaces();
    lifecycle();
    endpoint();
    storage();
    processors();
    devices();
  }

 private:
  void flag(std::string_view name, std::string_view value) {
    into_.flags.push_back(fmt::format("--{}={}", name, value));
  }
  template <class T>
  void one(std::string_view name, const Optional<T>& setting) {
    if (setting) flag(name, fmt::format("{}", setting->value));
  }
  void one(std::string_view name, const Optional<NamespaceSetting>& setting) {
    if (!setting) return;
    if (!dialect_.podman && setting->value.mode == NamespaceMode::path) {
      into_.unsupported.push_back(fmt::format("only podman joins a {} namespace by its path", name));
    }
    flag(name, setting->value.text());
  }
  void many(std::string_view name, const List<std::string>& list) {
    for (const auto& entry : list) flag(name, entry.value);
  }
  void pairs(std::string_view name, const List<KeyValue>& list) {
    for (const auto& entry : list) flag(name, fmt::format("{}={}", entry.value.key, entry.value.value));
  }
  void rates(std::string_view name, const List<DeviceRate>& list) {
    for (const auto& entry : list) flag(name, fmt::format("{}:{}", entry.value.path, entry.value.rate));
  }
  /// An option that an older engine would drop.
  void needs(bool used, std::string_view what, int minor) {
    if (used && !dialect_.podman && dialect_.api_minor < minor) {
      into_.unsupported.push_back(fmt::format("{} needs an engine of API 1.{}", what, minor));
    }
  }

  void namespaces() {
    one("pid", spec_.pid_mode);
    one("ipc", spec_.ipc_mode);
    one("uts", spec_.uts_mode);
    one("userns", spec_.userns_mode);
    one("cgroupns", spec_.cgroupns_mode);
    one("cgroup-parent", spec_.cgroup_parent);
    one("runtime", spec_.runtime);
    one("isolation", spec_.isolation);
    needs(!spec_.annotations.empty(), "an annotation", 43);
    pairs("annotation", spec_.annotations);
  }

  void lifecycle() {
    one("name", spec_.name);
    one("log-driver", spec_.log_driver);
    pairs("log-opt", spec_.log_options);
    if (!spec_.log_driver && spec_.log_options.empty() && spec_.removes_container()) flag("log-driver", "none");
    if (spec_.restart_policy) {
      const RestartPolicy& policy = spec_.restart_policy->value;
      flag("restart",
           policy.maximum_retries == 0 ? policy.name : fmt::format("{}:{}", policy.name, policy.maximum_retries));
    }
    if (spec_.healthcheck) health(spec_.healthcheck->value);
  }

  void health(const Healthcheck& check) {
    const auto time = [&](std::string_view name, std::chrono::nanoseconds span) {
      if (span.count() != 0) flag(name, fmt::format("{}ns", span.count()));
    };
    if (check.disabled) return flag("no-healthcheck", "true");
    if (!check.command.empty()) flag("health-cmd", check.command);
    time("health-interval", check.interval);
    time("health-timeout", check.timeout);
    time("health-start-period", check.start_period);
    needs(check.start_interval.count() != 0, "health-start-interval", 44);
    time("health-start-interval", check.start_interval);
    if (check.retries != 0) flag("health-retries", fmt::format("{}", check.retries));
  }

  void endpoint() {
    many("network-alias", spec_.network_aliases);
    one("ip", spec_.ipv4_address);
    one("ip6", spec_.ipv6_address);
    many("link-local-ip", spec_.link_local_ips);
    one("mac-address", spec_.mac_address);
    for (const auto& entry : spec_.links) flag("link", fmt::format("{}:{}", entry.value.container, entry.value.alias));
    many("expose", spec_.exposed_ports);
    one("publish-all", spec_.publish_all);
    many("dns-option", spec_.dns_options);
    many("dns-search", spec_.dns_search);
    // Only the CSV form of --network has these, and it folds every value to lower case.
    if (!spec_.network_driver_options.empty() || spec_.gateway_priority) {
      into_.unsupported.emplace_back("options of the network need the engine's API: remove --engine cli");
    }
  }

  void storage() {
    one("volume-driver", spec_.volume_driver);
    many("volumes-from", spec_.volumes_from);
    pairs("storage-opt", spec_.storage_options);
  }

  void processors() {
    one("cpu-period", spec_.cpu_period);
    one("cpu-quota", spec_.cpu_quota);
    one("cpu-rt-period", spec_.cpu_realtime_period);
    one("cpu-rt-runtime", spec_.cpu_realtime_runtime);
    one("cpuset-cpus", spec_.cpuset_cpus);
    one("cpuset-mems", spec_.cpuset_mems);
    one("memory-swappiness", spec_.memory_swappiness);
    one("oom-kill-disable", spec_.oom_kill_disable);
  }

  void devices() {
    many("device", spec_.cdi_devices);
    needs(!spec_.cdi_devices.empty(), "a CDI device", 44);
    many("device-cgroup-rule", spec_.device_cgroup_rules);
    one("blkio-weight", spec_.blkio_weight);
    rates("blkio-weight-device", spec_.blkio_weight_devices);
    rates("device-read-bps", spec_.device_read_bps);
    rates("device-read-iops", spec_.device_read_iops);
    rates("device-write-bps", spec_.device_write_bps);
    rates("device-write-iops", spec_.device_write_iops);
  }

  const ContainerSpec& spec_;
  const CliDialect& dialect_;
  RenderedSpec& into_;
};

}  // namespace

void render_rare_settings(const ContainerSpec& spec, const CliDialect& dialect, RenderedSpec& into) {
  RareSettings(spec, dialect, into).render();
}

std::string gpu_words(const GpuRequest& gpus) {
  std::vector<std::string> fields;
  if (gpus.count < 0) fields.emplace_back("all");
  if (gpus.count > 0) fields.push_back(fmt::format("{}", gpus.count));
  if (!gpus.driver.empty()) fields.push_back("driver=" + gpus.driver);
  if (!gpus.device_ids.empty()) fields.push_back(fmt::format("device={}", fmt::join(gpus.device_ids, ",")));
  if (!gpus.capabilities.empty()) fields.push_back(fmt::format("capabilities={}", fmt::join(gpus.capabilities, ",")));
  std::vector<std::string> options;
  for (const KeyValue& option : gpus.options) options.push_back(option.key + "=" + option.value);
  if (!options.empty()) fields.push_back("options=" + csv_record(options));
  return csv_record(fields);
}

}  // namespace skillrun
