#include "engine/api/create_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

std::string_view propagation_text(Propagation propagation) {
  switch (propagation) {
    case Propagation::unset: return "";
    case Propagation::private_: return "private";
    case Propagation::rprivate: return "rprivate";
    case Propagation::shared: return "shared";
    case Propagation::rshared: return "rshared";
    case Propagation::slave: return "slave";
    case Propagation::rslave: return "rslave";
  }
  return "";
}

std::string bind_text(const Mount& mount) {
  std::string options = mount.read_only ? "ro" : "rw";
  if (mount.relabel == Relabel::shared) options += ",z";
  if (mount.relabel == Relabel::private_) options += ",Z";
  if (mount.nocopy) options += ",nocopy";
  if (mount.propagation != Propagation::unset) options += fmt::format(",{}", propagation_text(mount.propagation));
  return fmt::format("{}:{}:{}", mount.source, mount.target, options);
}

json::object mount_object(const Mount& mount) {
  json::object out{{"Type", mount.type == MountType::bind ? "bind" : "volume"}};
  if (!mount.source.empty()) out["Source"] = mount.source;
  out["Target"] = mount.target;
  if (mount.read_only) out["ReadOnly"] = true;
  if (mount.propagation != Propagation::unset) {
    out["BindOptions"] = json::object{{"Propagation", propagation_text(mount.propagation)}};
  }
  json::object volume;
  if (mount.nocopy) volume["NoCopy"] = true;
  if (!mount.subpath.empty()) volume["Subpath"] = mount.subpath;
  if (!volume.empty()) out["VolumeOptions"] = std::move(volume);
  return out;
}

std::string tmpfs_options(const Mount& mount) {
  std::string out = mount.read_only ? "ro" : "rw";
  if (mount.tmpfs_size) out += fmt::format(",size={}", *mount.tmpfs_size);
  if (mount.tmpfs_mode) out += fmt::format(",mode={:04o}", *mount.tmpfs_mode);
  if (!mount.tmpfs_options.empty()) out += "," + mount.tmpfs_options;
  return out;
}

void put_mounts(json::object& host, const List<Mount>& list, bool podman) {
  json::array binds;
  json::array mounts;
  json::object tmpfs;
  for (const auto& entry : list) {
    const Mount& mount = entry.value;
    if (mount.type == MountType::tmpfs) {
      tmpfs[mount.target] = tmpfs_options(mount);
    } else if (needs_bind_syntax(mount, podman)) {
      binds.emplace_back(bind_text(mount));
    } else {
      mounts.emplace_back(mount_object(mount));
    }
  }
  put_list(host, "Binds", std::move(binds));
  put_list(host, "Mounts", std::move(mounts));
  if (!tmpfs.empty()) host["Tmpfs"] = std::move(tmpfs);
}

void put_ports(json::object& body, json::object& host, const List<PortMapping>& list) {
  if (list.empty()) return;
  json::object exposed;
  json::object bindings;
  for (const auto& entry : list) {
    const PortMapping& port = entry.value;
    const std::string name = fmt::format("{}/{}", port.container_port, port.protocol);
    exposed[name] = json::object();
    if (!bindings.contains(name)) bindings[name] = json::array();
    bindings[name].as_array().push_back(
        json::object{{"HostIp", port.host_ip}, {"HostPort", port.host_port ? fmt::format("{}", *port.host_port) : ""}});
  }
  body["ExposedPorts"] = std::move(exposed);
  host["PortBindings"] = std::move(bindings);
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
}

void put_devices(json::object& host, const ContainerSpec& spec) {
  json::array devices;
  for (const auto& entry : spec.devices) {
    devices.push_back(json::object{{"PathOnHost", entry.value.host},
                                   {"PathInContainer", entry.value.container},
                                   {"CgroupPermissions", entry.value.permissions}});
  }
  put_list(host, "Devices", std::move(devices));
  if (spec.gpus && spec.gpus->value.count != 0) {
    host["DeviceRequests"] = list_of(json::object{{"Driver", ""},
                                                  {"Count", spec.gpus->value.count},
                                                  {"DeviceIDs", nullptr},
                                                  {"Capabilities", list_of(list_of("gpu"))},
                                                  {"Options", json::object()}});
  }
}

json::object host_config(const ContainerSpec& spec, const EngineInfo& engine) {
  json::object host;
  // skillrun removes the container itself, after it has read how it ended. Nobody reads the log of one that goes.
  host["AutoRemove"] = false;
  if (spec.removes_container()) host["LogConfig"] = json::object{{"Type", "none"}, {"Config", json::object()}};
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
  put_security(host, spec);
  put_mounts(host, spec.mounts, engine.kind == "podman");
  put_limits(host, spec);
  put_devices(host, spec);
  json::array hosts;
  for (const auto& entry : spec.extra_hosts) {
    hosts.emplace_back(fmt::format("{}:{}", entry.value.host, entry.value.address));
  }
  put_list(host, "ExtraHosts", std::move(hosts));
  if (!spec.sysctls.empty()) {
    json::object sysctls;
    for (const auto& entry : spec.sysctls) sysctls[entry.value.key] = entry.value.value;
    host["Sysctls"] = std::move(sysctls);
  }
  return host;
}

}  // namespace

bool needs_bind_syntax(const Mount& mount, bool podman) {
  if (mount.type == MountType::tmpfs) return false;
  return (mount.type == MountType::bind && mount.create_source) || mount.relabel != Relabel::none ||
         (mount.nocopy && podman);
}

json::object create_body(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                         const EngineInfo& engine) {
  json::object body;
  body["Image"] = spec.image.value.familiar();
  if (spec.entrypoint) body["Entrypoint"] = list_of(json::string(spec.entrypoint->value));
  put_list(body, "Cmd", strings(spec.command));
  put_list(body, "Env", environment(spec.env));
  put(body, "WorkingDir", spec.working_dir);
  if (spec.user) body["User"] = spec.user->value.text();
  put(body, "Hostname", spec.hostname);
  put(body, "Domainname", spec.domainname);
  put(body, "StopSignal", spec.stop_signal);
  if (spec.stop_timeout) body["StopTimeout"] = spec.stop_timeout->value.count();
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
  put_ports(body, host, spec.ports);
  body["HostConfig"] = std::move(host);
  return body;
}

std::string create_request_json(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                                const EngineInfo& engine) {
  return json::serialize(create_body(spec, labels, options, engine));
}

}  // namespace skillrun
