#include "engine/api/create_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/api/mount_objects.hpp"
#include "engine/api/unenforced.hpp"

namespace skillrun {

namespace {

template <class T>
json::array strings(const List<T>& list) {
  json::array out;
  for (const auto& entry : list) out.emplace_back(entry.value);
  return out;
}

template <class T>
void put(json::object& object, std::string_view name, const Optional<T>& setting) {
  if (setting) object[name] = setting->value;
}

void put_list(json::object& object, std::string_view name, json::array list) {
  if (!list.empty()) object[name] = std::move(list);
}

void put_map(json::object& object, std::string_view name, const List<KeyValue>& entries) {
  if (entries.empty()) return;
  json::object out;
  for (const auto& entry : entries) out[entry.value.key] = entry.value.value;
  object[name] = std::move(out);
}

void put_namespace(json::object& object, std::string_view name, const Optional<NamespaceSetting>& setting) {
  if (setting) object[name] = setting->value.text();
}

/// Of entries with one name the last one counts, at its own place. A name without a value takes an image's variable of
/// that name away on docker; podman would drop the entry.
json::array environment(const List<EnvironmentEntry>& entries) {
  std::set<std::string_view> seen;
  json::array out;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (!seen.insert(entry->value.name).second) continue;
    out.emplace_back(entry->value.value ? fmt::format("{}={}", entry->value.name, *entry->value.value)
                                        : entry->value.name);
  }
  std::ranges::reverse(out);
  return out;
}

void put_ports(json::object& body, json::object& host, const ContainerSpec& spec) {
  json::object exposed;
  json::object bindings;
  for (const auto& entry : spec.exposed_ports) exposed[entry.value] = json::object();
  for (const auto& entry : spec.ports) {
    const PortMapping& port = entry.value;
    const std::string name = fmt::format("{}/{}", port.container_port, port.protocol);
    exposed[name] = json::object();
    if (!bindings.contains(name)) bindings[name] = json::array();
    bindings[name].as_array().push_back(
        json::object{{"HostIp", port.host_ip}, {"HostPort", port.host_port ? fmt::format("{}", *port.host_port) : ""}});
  }
  if (!exposed.empty()) body["ExposedPorts"] = std::move(exposed);
  if (!bindings.empty()) host["PortBindings"] = std::move(bindings);
  put(host, "PublishAllPorts", spec.publish_all);
}

/// systempaths=unconfined is a word of docker's command line: the API has the two lists instead.
void put_security(json::object& host, const ContainerSpec& spec) {
  json::array options;
  if (spec.no_new_privileges) {
    options.emplace_back(spec.no_new_privileges->value ? "no-new-privileges" : "no-new-privileges=false");
  }
  for (const auto& entry : spec.security_opt) {
    if (entry.value == "systempaths=unconfined") {
      host["MaskedPaths"] = json::array();
      host["ReadonlyPaths"] = json::array();
    } else {
      options.emplace_back(entry.value);
    }
  }
  put_list(host, "SecurityOpt", std::move(options));
}

void put_rates(json::object& host, std::string_view name, std::string_view member, const List<DeviceRate>& rates) {
  json::array list;
  for (const auto& entry : rates) list.push_back(json::object{{"Path", entry.value.path}, {member, entry.value.rate}});
  put_list(host, name, std::move(list));
}

void put_limits(json::object& host, const ContainerSpec& spec) {
  put(host, "Memory", spec.memory);
  put(host, "MemorySwap", spec.memory_swap);
  put(host, "MemoryReservation", spec.memory_reservation);
  put(host, "NanoCpus", spec.nano_cpus);
  put(host, "CpuShares", spec.cpu_shares);
  put(host, "PidsLimit", spec.pids_limit);
  put(host, "ShmSize", spec.shm_size);
  put(host, "OomScoreAdj", spec.oom_score_adj);
  json::array ulimits;
  for (const auto& entry : spec.ulimits) {
    ulimits.push_back(json::object{{"Name", entry.value.name}, {"Soft", entry.value.soft}, {"Hard", entry.value.hard}});
  }
  put_list(host, "Ulimits", std::move(ulimits));
  put(host, "CpuPeriod", spec.cpu_period);
  put(host, "CpuQuota", spec.cpu_quota);
  put(host, "CpuRealtimePeriod", spec.cpu_realtime_period);
  put(host, "CpuRealtimeRuntime", spec.cpu_realtime_runtime);
  put(host, "CpusetCpus", spec.cpuset_cpus);
  put(host, "CpusetMems", spec.cpuset_mems);
  put(host, "MemorySwappiness", spec.memory_swappiness);
  put(host, "OomKillDisable", spec.oom_kill_disable);
  put(host, "BlkioWeight", spec.blkio_weight);
  put_rates(host, "BlkioWeightDevice", "Weight", spec.blkio_weight_devices);
  put_rates(host, "BlkioDeviceReadBps", "Rate", spec.device_read_bps);
  put_rates(host, "BlkioDeviceReadIOps", "Rate", spec.device_read_iops);
  put_rates(host, "BlkioDeviceWriteBps", "Rate", spec.device_write_bps);
  put_rates(host, "BlkioDeviceWriteIOps", "Rate", spec.device_write_iops);
}

json::object gpu_request(const GpuRequest& gpus) {
  json::array capabilities(gpus.capabilities.begin(), gpus.capabilities.end());
  capabilities.emplace_back("gpu");
  json::object request{{"Driver", gpus.driver}, {"Count", gpus.count}};
  request["DeviceIDs"] = gpus.device_ids.empty()
                             ? json::value(nullptr)
                             : json::value(json::array(gpus.device_ids.begin(), gpus.device_ids.end()));
  request["Capabilities"] = list_of(std::move(capabilities));
  request["Options"] = map_of(gpus.options);
  return request;
}

void put_devices(json::object& host, const ContainerSpec& spec) {
  json::array devices;
  for (const auto& entry : spec.devices) {
    devices.push_back(json::object{{"PathOnHost", entry.value.host},
                                   {"PathInContainer", entry.value.container},
                                   {"CgroupPermissions", entry.value.permissions}});
  }
  put_list(host, "Devices", std::move(devices));
  json::array requests;
  if (spec.gpus) requests.emplace_back(gpu_request(spec.gpus->value));
  if (!spec.cdi_devices.empty()) {
    requests.push_back(json::object{{"Driver", "cdi"}, {"DeviceIDs", strings(spec.cdi_devices)}});
  }
  put_list(host, "DeviceRequests", std::move(requests));
  put_list(host, "DeviceCgroupRules", strings(spec.device_cgroup_rules));
}

void put_namespaces(json::object& host, const ContainerSpec& spec) {
  put_namespace(host, "PidMode", spec.pid_mode);
  put_namespace(host, "IpcMode", spec.ipc_mode);
  put_namespace(host, "UTSMode", spec.uts_mode);
  put_namespace(host, "UsernsMode", spec.userns_mode);
  put_namespace(host, "CgroupnsMode", spec.cgroupns_mode);
  put(host, "CgroupParent", spec.cgroup_parent);
  put(host, "Runtime", spec.runtime);
  put(host, "Isolation", spec.isolation);
  put_map(host, "Annotations", spec.annotations);
}

/// skillrun removes the container itself, after it has read how it ended. Nobody reads the log of one that goes, unless
/// the manifest asks for a log.
void put_lifecycle(json::object& host, const ContainerSpec& spec) {
  host["AutoRemove"] = false;
  if (spec.log_driver || !spec.log_options.empty()) {
    json::object options;
    for (const auto& entry : spec.log_options) options[entry.value.key] = entry.value.value;
    host["LogConfig"] =
        json::object{{"Type", spec.log_driver ? spec.log_driver->value : ""}, {"Config", std::move(options)}};
  } else if (spec.removes_container()) {
    host["LogConfig"] = json::object{{"Type", "none"}, {"Config", json::object()}};
  }
  if (spec.restart_policy) {
    host["RestartPolicy"] = json::object{{"Name", spec.restart_policy->value.name},
                                         {"MaximumRetryCount", spec.restart_policy->value.maximum_retries}};
  }
}

json::object host_config(const ContainerSpec& spec, const EngineInfo& engine) {
  json::object host;
  put_lifecycle(host, spec);
  put_namespaces(host, spec);
  if (spec.network_mode) host["NetworkMode"] = spec.network_mode->value.text();
  if (spec.user && spec.user->value.host && engine.kind == "podman" && engine.rootless) {
    host["UsernsMode"] = "keep-id";
  }
  put(host, "Init", spec.init);
  put(host, "Privileged", spec.privileged);
  put(host, "ReadonlyRootfs", spec.readonly_rootfs);
  put_list(host, "CapAdd", strings(spec.cap_add));
  put_list(host, "CapDrop", strings(spec.cap_drop));
  put_list(host, "GroupAdd", strings(spec.group_add));
  put_list(host, "Dns", strings(spec.dns));
  put_list(host, "DnsOptions", strings(spec.dns_options));
  put_list(host, "DnsSearch", strings(spec.dns_search));
  json::array links;
  for (const auto& entry : spec.links) {
    links.emplace_back(fmt::format("{}:{}", entry.value.container, entry.value.alias));
  }
  put_list(host, "Links", std::move(links));
  put(host, "VolumeDriver", spec.volume_driver);
  put_list(host, "VolumesFrom", strings(spec.volumes_from));
  put_map(host, "StorageOpt", spec.storage_options);
  put_security(host, spec);
  put_mounts(host, spec.mounts, engine.kind == "podman");
  put_limits(host, spec);
  put_devices(host, spec);
  json::array hosts;
  for (const auto& entry : spec.extra_hosts) {
    hosts.emplace_back(fmt::format("{}:{}", entry.value.host, entry.value.address));
  }
  put_list(host, "ExtraHosts", std::move(hosts));
  put_map(host, "Sysctls", spec.sysctls);
  return host;
}

void put_healthcheck(json::object& body, const ContainerSpec& spec) {
  if (!spec.healthcheck) return;
  const Healthcheck& check = spec.healthcheck->value;
  json::object health;
  if (check.disabled) {
    health["Test"] = list_of("NONE");
  } else if (!check.command.empty()) {
    json::array test{"CMD-SHELL", json::string(check.command)};
    health["Test"] = std::move(test);
  }
  const auto time = [&](std::string_view name, std::chrono::nanoseconds span) {
    if (span.count() != 0) health[name] = span.count();
  };
  time("Interval", check.interval);
  time("Timeout", check.timeout);
  time("StartPeriod", check.start_period);
  time("StartInterval", check.start_interval);
  if (check.retries != 0) health["Retries"] = check.retries;
  body["Healthcheck"] = std::move(health);
}

/// Since API 1.44 a MAC address belongs to the endpoint, before to the container.
void put_endpoint(json::object& body, const ContainerSpec& spec, const EngineInfo& engine) {
  if (!spec.network_mode) return;
  json::object endpoint;
  put_list(endpoint, "Aliases", strings(spec.network_aliases));
  put_map(endpoint, "DriverOpts", spec.network_driver_options);
  json::object addresses;
  put(addresses, "IPv4Address", spec.ipv4_address);
  put(addresses, "IPv6Address", spec.ipv6_address);
  put_list(addresses, "LinkLocalIPs", strings(spec.link_local_ips));
  if (!addresses.empty()) endpoint["IPAMConfig"] = std::move(addresses);
  put(endpoint, "GwPriority", spec.gateway_priority);
  const bool on_endpoint = engine.api_version.empty() || api_at_least(engine.api_version, 1, 44);
  put(on_endpoint ? endpoint : body, "MacAddress", spec.mac_address);
  if (endpoint.empty()) return;
  body["NetworkingConfig"] =
      json::object{{"EndpointsConfig", json::object{{spec.network_mode->value.text(), std::move(endpoint)}}}};
}

}  // namespace

json::object create_body(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                         const EngineInfo& engine) {
  json::object body;
  body["Image"] = options.image.empty() ? engine.name_of(spec.image.value) : options.image;
  if (spec.entrypoint) body["Entrypoint"] = list_of(json::string(spec.entrypoint->value));
  put_list(body, "Cmd", strings(spec.command));
  put_list(body, "Env", environment(spec.env));
  put(body, "WorkingDir", spec.working_dir);
  if (spec.user) body["User"] = spec.user->value.text();
  put(body, "Hostname", spec.hostname);
  put(body, "Domainname", spec.domainname);
  put(body, "StopSignal", spec.stop_signal);
  if (spec.stop_timeout) body["StopTimeout"] = spec.stop_timeout->value.count();
  put_healthcheck(body, spec);
  json::object all_labels;
  for (const auto& entry : spec.labels) all_labels[entry.value.key] = entry.value.value;
  for (const auto& [key, value] : labels.entries) all_labels[key] = value;
  body["Labels"] = std::move(all_labels);

  body["AttachStdin"] = options.standard_input;
  body["AttachStdout"] = true;
  body["AttachStderr"] = true;
  body["OpenStdin"] = options.standard_input;
  body["StdinOnce"] = options.standard_input;
  body["Tty"] = options.tty;

  json::object host = host_config(spec, engine);
  put_ports(body, host, spec);
  put_endpoint(body, spec, engine);
  body["HostConfig"] = std::move(host);
  return body;
}

std::string create_request_json(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                                const EngineInfo& engine) {
  return json::serialize(create_body(spec, labels, options, engine));
}

}  // namespace skillrun
