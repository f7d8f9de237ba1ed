#include "spec/spec_fields.hpp"

#include <fmt/format.h>

namespace skillrun {

namespace {

json::value to_value(const std::string& value) { return json::value(value); }
json::value to_value(bool value) { return json::value(value); }
json::value to_value(std::int64_t value) { return json::value(value); }
json::value to_value(std::chrono::seconds value) { return json::value(value.count()); }
json::value to_value(std::chrono::nanoseconds value) {
  return json::value(fmt::format("{}s", std::chrono::duration<double>(value).count()));
}
json::value to_value(const ImageReference& image) { return json::value(image.familiar()); }
json::value to_value(const UserSpec& user) { return json::value(user.text()); }
json::value to_value(const NetworkMode& network) { return json::value(network.text()); }
json::value to_value(const KeyValue& entry) { return json::value(entry.key + "=" + entry.value); }
json::value to_value(const ExtraHost& host) { return json::value(host.host + ":" + host.address); }
json::value to_value(const NamespaceSetting& setting) { return json::value(setting.text()); }
json::value to_value(const Link& link) { return json::value(link.container + ":" + link.alias); }
json::value to_value(const DeviceRate& rate) { return json::value(fmt::format("{}:{}", rate.path, rate.rate)); }

json::array to_value(const std::vector<std::string>& words) { return json::array(words.begin(), words.end()); }

json::object to_value(const std::vector<KeyValue>& entries) {
  json::object object;
  for (const KeyValue& entry : entries) object[entry.key] = entry.value;
  return object;
}

json::value to_value(const RestartPolicy& policy) {
  if (policy.maximum_retries == 0) return json::value(policy.name);
  return json::value(fmt::format("{}:{}", policy.name, policy.maximum_retries));
}

json::value to_value(const GpuRequest& gpus) {
  json::object object;
  if (gpus.count != 0) object["count"] = gpus.count < 0 ? json::value("all") : json::value(gpus.count);
  if (!gpus.driver.empty()) object["driver"] = gpus.driver;
  if (!gpus.device_ids.empty()) object["devices"] = to_value(gpus.device_ids);
  if (!gpus.capabilities.empty()) object["capabilities"] = to_value(gpus.capabilities);
  if (!gpus.options.empty()) object["options"] = to_value(gpus.options);
  return object;
}

json::value to_value(const Healthcheck& check) {
  json::object object;
  if (check.disabled) object["disabled"] = true;
  if (!check.command.empty()) object["command"] = check.command;
  const auto time = [&](const char* name, std::chrono::nanoseconds span) {
    if (span.count() != 0) object[name] = to_value(span);
  };
  time("interval", check.interval);
  time("timeout", check.timeout);
  time("start_period", check.start_period);
  time("start_interval", check.start_interval);
  if (check.retries != 0) object["retries"] = check.retries;
  return object;
}

/// A value copied from the caller's environment is not shown: explain's output ends in logs.
json::value to_value(const EnvironmentEntry& entry) {
  return json::value(entry.from_caller || !entry.value ? entry.name : entry.name + "=" + *entry.value);
}

json::value to_value(PullPolicy pull) { return json::value(to_string(pull)); }

json::value to_value(TtyMode mode) {
  switch (mode) {
    case TtyMode::automatic: return "auto";
    case TtyMode::on: return true;
    case TtyMode::off: return false;
  }
  return nullptr;
}

json::value to_value(const BuildRecipe& recipe) {
  if (recipe.packages) {
    return json::object{{"packages", json::object{{"suite", recipe.packages->suite},
                                                  {"include", json::array(recipe.packages->include.begin(),
                                                                          recipe.packages->include.end())}}}};
  }
  if (!recipe.context) return nullptr;
  json::object args;
  for (const auto& arg : recipe.context->args) args[arg.value.key] = arg.value.value;
  return json::object{{"context", recipe.context->context},
                      {"dockerfile", recipe.context->dockerfile},
                      {"target", recipe.context->target},
                      {"args", std::move(args)}};
}

json::value to_value(const PortMapping& port) {
  return json::object{{"host_ip", port.host_ip},
                      {"host_port", port.host_port ? json::value(*port.host_port) : json::value(nullptr)},
                      {"container_port", port.container_port},
                      {"protocol", port.protocol}};
}

json::value to_value(const Ulimit& limit) {
  return json::object{{"name", limit.name}, {"soft", limit.soft}, {"hard", limit.hard}};
}

json::value to_value(const Device& device) {
  return json::object{{"host", device.host}, {"container", device.container}, {"permissions", device.permissions}};
}

json::value to_value(const Mount& mount) {
  json::object object;
  object["type"] = to_string(mount.type);
  if (!mount.source.empty()) object["source"] = mount.source;
  object["target"] = mount.target;
  object["read_only"] = mount.read_only;
  if (mount.propagation != Propagation::unset) object["propagation"] = to_string(mount.propagation);
  if (mount.relabel != Relabel::none) object["relabel"] = mount.relabel == Relabel::shared ? "shared" : "private";
  if (mount.nocopy) object["nocopy"] = true;
  if (!mount.subpath.empty()) object["subpath"] = mount.subpath;
  if (mount.tmpfs_size) object["size"] = *mount.tmpfs_size;
  if (mount.tmpfs_mode) object["mode"] = fmt::format("{:o}", *mount.tmpfs_mode);
  if (!mount.tmpfs_options.empty()) object["options"] = mount.tmpfs_options;
  if (!mount.driver.empty()) object["driver"] = mount.driver;
  if (!mount.driver_options.empty()) object["driver_options"] = to_value(mount.driver_options);
  if (!mount.labels.empty()) object["labels"] = to_value(mount.labels);
  if (mount.recursion != BindRecursion::unset) object["recursive"] = to_string(mount.recursion);
  return object;
}

/// Calls `visit(name, setting)` with every setting of a spec, set or not: the one place that walks all of them.
template <class Visit>
void for_each_setting(const ContainerSpec& spec, Visit visit) {
  visit("name", spec.name);
  visit("image", spec.image);
  visit("platform", spec.platform);
  visit("build", spec.build);
  visit("entrypoint", spec.entrypoint);
  visit("command", spec.command);
  visit("env", spec.env);
  visit("labels", spec.labels);
  visit("working_dir", spec.working_dir);
  visit("user", spec.user);
  visit("group_add", spec.group_add);
  visit("hostname", spec.hostname);
  visit("domainname", spec.domainname);
  visit("init", spec.init);
  visit("stop_signal", spec.stop_signal);
  visit("stop_timeout", spec.stop_timeout);
  visit("healthcheck", spec.healthcheck);
  visit("restart_policy", spec.restart_policy);
  visit("log_driver", spec.log_driver);
  visit("log_options", spec.log_options);
  visit("privileged", spec.privileged);
  visit("readonly_rootfs", spec.readonly_rootfs);
  visit("cap_add", spec.cap_add);
  visit("cap_drop", spec.cap_drop);
  visit("no_new_privileges", spec.no_new_privileges);
  visit("security_opt", spec.security_opt);
  visit("sysctls", spec.sysctls);
  visit("devices", spec.devices);
  visit("cdi_devices", spec.cdi_devices);
  visit("gpus", spec.gpus);
  visit("device_cgroup_rules", spec.device_cgroup_rules);
  visit("runtime", spec.runtime);
  visit("isolation", spec.isolation);
  visit("cgroup_parent", spec.cgroup_parent);
  visit("annotations", spec.annotations);
  visit("pid_mode", spec.pid_mode);
  visit("ipc_mode", spec.ipc_mode);
  visit("uts_mode", spec.uts_mode);
  visit("userns_mode", spec.userns_mode);
  visit("cgroupns_mode", spec.cgroupns_mode);
  visit("mounts", spec.mounts);
  visit("volume_driver", spec.volume_driver);
  visit("volumes_from", spec.volumes_from);
  visit("storage_options", spec.storage_options);
  visit("network_mode", spec.network_mode);
  visit("network_aliases", spec.network_aliases);
  visit("network_driver_options", spec.network_driver_options);
  visit("ipv4_address", spec.ipv4_address);
  visit("ipv6_address", spec.ipv6_address);
  visit("link_local_ips", spec.link_local_ips);
  visit("mac_address", spec.mac_address);
  visit("gateway_priority", spec.gateway_priority);
  visit("links", spec.links);
  visit("exposed_ports", spec.exposed_ports);
  visit("ports", spec.ports);
  visit("publish_all", spec.publish_all);
  visit("dns", spec.dns);
  visit("dns_options", spec.dns_options);
  visit("dns_search", spec.dns_search);
  visit("extra_hosts", spec.extra_hosts);
  visit("memory", spec.memory);
  visit("memory_swap", spec.memory_swap);
  visit("memory_reservation", spec.memory_reservation);
  visit("memory_swappiness", spec.memory_swappiness);
  visit("oom_kill_disable", spec.oom_kill_disable);
  visit("nano_cpus", spec.nano_cpus);
  visit("cpu_shares", spec.cpu_shares);
  visit("cpu_period", spec.cpu_period);
  visit("cpu_quota", spec.cpu_quota);
  visit("cpu_realtime_period", spec.cpu_realtime_period);
  visit("cpu_realtime_runtime", spec.cpu_realtime_runtime);
  visit("cpuset_cpus", spec.cpuset_cpus);
  visit("cpuset_mems", spec.cpuset_mems);
  visit("pids_limit", spec.pids_limit);
  visit("shm_size", spec.shm_size);
  visit("oom_score_adj", spec.oom_score_adj);
  visit("ulimits", spec.ulimits);
  visit("blkio_weight", spec.blkio_weight);
  visit("blkio_weight_devices", spec.blkio_weight_devices);
  visit("device_read_bps", spec.device_read_bps);
  visit("device_read_iops", spec.device_read_iops);
  visit("device_write_bps", spec.device_write_bps);
  visit("device_write_iops", spec.device_write_iops);
  visit("detach", spec.detach);
  visit("rm", spec.rm);
  visit("pull", spec.pull);
  visit("quiet", spec.quiet);
  visit("timeout", spec.timeout);
  visit("stdin", spec.stdin_open);
  visit("tty", spec.tty);
}

template <class T>
void append(std::vector<SpecField>& fields, std::string_view name, const Setting<T>& setting) {
  fields.push_back({name, std::nullopt, to_value(setting.value), &setting.origin});
}

template <class T>
void append(std::vector<SpecField>& fields, std::string_view name, const Optional<T>& setting) {
  if (setting) append(fields, name, *setting);
}

template <class T>
void append(std::vector<SpecField>& fields, std::string_view name, const List<T>& settings) {
  for (std::size_t i = 0; i < settings.size(); ++i) {
    fields.push_back({name, i, to_value(settings[i].value), &settings[i].origin});
  }
}

}  // namespace

std::string SpecField::label() const { return index ? fmt::format("{}[{}]", name, *index) : std::string(name); }

std::vector<SpecField> spec_fields(const ContainerSpec& spec) {
  std::vector<SpecField> fields;
  for_each_setting(spec, [&](std::string_view name, const auto& setting) { append(fields, name, setting); });
  return fields;
}

std::span<const std::string_view> spec_field_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for_each_setting(ContainerSpec(), [&](std::string_view name, const auto&) { all.push_back(name); });
    return all;
  }();
  return names;
}

}  // namespace skillrun
