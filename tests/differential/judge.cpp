#include "judge.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

namespace differential {

namespace {

using Reasons = std::vector<std::string>;

std::string text(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  return value.is_null() ? std::string() : json::serialize(value);
}

std::string member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? std::string() : text(*value);
}

bool says_something(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && !is_nothing(*value);
}

template <class Visit>
void each(const json::object& object, std::string_view name, Visit visit) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return;
  for (const json::value& entry : value->as_array()) visit(entry);
}

std::string folded(std::string word) {
  std::ranges::transform(word, word.begin(), [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return word;
}

bool within(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// Places of the host that hold nothing of the system or of its users.
bool harmless_source(std::string path, bool read_only, const Places& places) {
  constexpr std::array readable{"/etc/localtime",
                                "/etc/timezone",
                                "/etc/ssl/certs",
                                "/etc/ca-certificates",
                                "/usr/share/zoneinfo",
                                "/usr/share/fonts",
                                "/usr/share/ca-certificates"};
  constexpr std::array system{"/bin",   "/boot",   "/dev",  "/etc",  "/home", "/lib", "/lib32",
                              "/lib64", "/libx32", "/proc", "/root", "/sbin", "/sys", "/usr"};
  // Of these two only some parts: what engines, services and users keep there.
  constexpr std::array parts{"/run/docker.sock",
                             "/run/docker",
                             "/run/containerd",
                             "/run/crio",
                             "/run/podman",
                             "/run/buildkit",
                             "/run/cri-dockerd.sock",
                             "/run/dbus",
                             "/run/systemd",
                             "/run/user",
                             "/run/balena-engine.sock",
                             "/var/lib/docker",
                             "/var/lib/containerd",
                             "/var/lib/containers",
                             "/var/lib/kubelet",
                             "/var/lib/etcd",
                             "/var/lib/crio",
                             "/var/spool/cron",
                             "/var/log"};
  if (within(path, "/var/run")) path.erase(0, 4);
  if (path == "/" || path == "/run" || path == "/var" || path == "/var/lib") return false;
  if (read_only && std::ranges::any_of(readable, [&](const char* folder) { return within(path, folder); })) return true;
  if (within(path, places.home) && path != places.home) return path[places.home.size() + 1] != '.';
  return std::ranges::none_of(system, [&](const char* folder) { return within(path, folder); }) &&
         std::ranges::none_of(parts, [&](const char* part) { return within(path, part) || within(part, path); });
}

void judge_target(const std::string& target, Reasons& reasons) {
  const std::string path = absolute_path(target, {});
  if (!target.starts_with('/')) reasons.push_back("a mount on the relative path " + target);
  for (const char* folder : {"/proc", "/sys", "/dev", "/etc"}) {
    if (within(path, folder)) reasons.push_back("a mount over " + path);
  }
  if (path == "/") reasons.push_back("a mount over the root");
}

void judge_source(const std::string& source, bool read_only, const Places& places, Reasons& reasons) {
  const std::string path = absolute_path(source, places);
  if (!harmless_source(path, read_only, places)) reasons.push_back("the host's " + path);
}

void judge_propagation(const std::string& mode, Reasons& reasons) {
  if (mode == "shared" || mode == "rshared") reasons.push_back("mounts that reach the host: " + mode);
}

void judge_bind(const std::string& bind, const Places& places, Reasons& reasons) {
  const std::size_t first = bind.find(':');
  const std::size_t second = first == std::string::npos ? first : bind.find(':', first + 1);
  const std::string source = bind.substr(0, first);
  const std::string target = first == std::string::npos ? "" : bind.substr(first + 1, second - first - 1);
  const std::string modes = second == std::string::npos ? "" : bind.substr(second + 1);
  judge_target(target, reasons);
  bool read_only = false;
  for (std::size_t at = 0; at <= modes.size();) {
    const std::size_t end = std::min(modes.find(',', at), modes.size());
    const std::string mode = modes.substr(at, end - at);
    judge_propagation(mode, reasons);
    if (mode == "ro") read_only = true;
    at = end + 1;
  }
  // Anything else is the name of a volume.
  if (source.find('/') != std::string::npos || source.starts_with('.') || source.starts_with('~')) {
    judge_source(source, read_only, places, reasons);
  }
}

void judge_mount(const json::object& mount, const Places& places, Reasons& reasons) {
  const std::string type = member(mount, "Type");
  judge_target(member(mount, "Target"), reasons);
  if (type == "bind") {
    judge_source(member(mount, "Source"), says_something(mount, "ReadOnly"), places, reasons);
  } else if (type != "volume" && type != "tmpfs") {
    reasons.push_back("a mount of type " + type);
  }
  if (const json::value* options = mount.if_contains("BindOptions"); options != nullptr && options->is_object()) {
    judge_propagation(member(options->as_object(), "Propagation"), reasons);
  }
  const json::value* volume = mount.if_contains("VolumeOptions");
  if (volume == nullptr || !volume->is_object()) return;
  if (const json::value* driver = volume->as_object().if_contains("DriverConfig");
      driver != nullptr && driver->is_object()) {
    const json::value* options = driver->as_object().if_contains("Options");
    if (options != nullptr && !is_nothing(*options)) reasons.push_back("a volume with options of its driver");
  }
  const std::string subpath = member(volume->as_object(), "Subpath");
  if (subpath.starts_with('/') || within("/" + subpath, "/..") || subpath.find("/..") != std::string::npos) {
    reasons.push_back("a path that leaves its volume: " + subpath);
  }
}

void judge_mounts(const json::object& request, const json::object& host, const Places& places, Reasons& reasons) {
  each(host, "Binds", [&](const json::value& bind) { judge_bind(text(bind), places, reasons); });
  each(host, "Mounts", [&](const json::value& mount) {
    if (mount.is_object()) judge_mount(mount.as_object(), places, reasons);
  });
  for (const json::value* map : {host.if_contains("Tmpfs"), request.if_contains("Volumes")}) {
    if (map == nullptr || !map->is_object()) continue;
    for (const auto& entry : map->as_object()) judge_target(std::string(entry.key()), reasons);
  }
}

void judge_capabilities(const json::object& host, Reasons& reasons) {
  static const std::set<std::string> usual{"audit_write", "chown",   "dac_override",     "fowner",
                                           "fsetid",      "kill",    "net_bind_service", "setfcap",
                                           "setgid",      "setpcap", "setuid",           "sys_chroot"};
  each(host, "CapAdd", [&](const json::value& entry) {
    std::string name = folded(text(entry));
    if (name.starts_with("cap_")) name.erase(0, 4);
    if (!usual.contains(name)) reasons.push_back("the capability " + text(entry));
  });
}

void judge_security(const json::object& host, Reasons& reasons) {
  bool switched_off = false;
  each(host, "SecurityOpt", [&](const json::value& entry) {
    const std::string option = text(entry);
    std::size_t mark = option.find('=');
    if (mark == std::string::npos) mark = option.find(':');
    const std::string name = option.substr(0, mark);
    const std::string value = mark == std::string::npos ? "" : option.substr(mark + 1);
    static const std::set<std::string> yes{"1", "t", "T", "true", "TRUE", "True"};
    static const std::set<std::string> types{"type:container_t", "type:container_init_t", "type:container_kvm_t",
                                             "type:container_engine_t"};
    if (name == "no-new-privileges") {
      switched_off = mark != std::string::npos && !yes.contains(value);
      return;
    }
    const bool harmless = (name == "seccomp" && value == "builtin") ||
                          (name == "apparmor" && value != "unconfined" && !value.empty()) ||
                          (name == "label" && (value.starts_with("level:") || types.contains(value))) ||
                          (name == "writable-cgroups" && !yes.contains(value));
    if (!harmless) reasons.push_back("the security option " + option);
  });
  if (switched_off) reasons.emplace_back("no-new-privileges switched off");
  for (const char* name : {"MaskedPaths", "ReadonlyPaths"}) {
    if (const json::value* paths = host.if_contains(name); paths != nullptr && !paths->is_null()) {
      reasons.push_back(fmt::format("{} taken away", name));
    }
  }
}

void judge_namespaces(const json::object& request, const json::object& host, Reasons& reasons) {
  const auto shared = [](const std::string& mode) {
    return mode == "host" || mode.starts_with("container:") || mode.starts_with("ns:");
  };
  for (const char* name : {"NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode"}) {
    if (shared(member(host, name))) reasons.push_back(fmt::format("{} {}", name, member(host, name)));
  }
  const json::value* networking = request.if_contains("NetworkingConfig");
  if (networking == nullptr || !networking->is_object()) return;
  const json::value* endpoints = networking->as_object().if_contains("EndpointsConfig");
  if (endpoints == nullptr || !endpoints->is_object()) return;
  for (const auto& entry : endpoints->as_object()) {
    if (shared(std::string(entry.key())))
      reasons.push_back(fmt::format("the network {}", std::string_view(entry.key())));
  }
}

bool safe_sysctl(const std::string& key, const std::string& value) {
  static const std::set<std::string> names{
      "kernel.shm_rmid_forced",       "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
      "net.ipv4.tcp_syncookies",      "net.ipv4.ping_group_range",    "net.ipv4.ip_local_reserved_ports",
      "net.ipv4.tcp_keepalive_time",  "net.ipv4.tcp_fin_timeout",     "net.ipv4.tcp_keepalive_intvl",
      "net.ipv4.tcp_keepalive_probes"};
  return names.contains(key) && value.find_first_not_of("0123456789 ,-\t") == std::string::npos;
}

void judge_host(const json::object& host, Reasons& reasons) {
  for (const char* name : {"Privileged", "VolumesFrom", "Devices", "DeviceCgroupRules", "CgroupParent", "Annotations",
                           "OomKillDisable", "ContainerIDFile"}) {
    if (says_something(host, name)) reasons.push_back(fmt::format("{} {}", name, member(host, name)));
  }
  static const std::set<std::string> runtimes{"", "runc", "crun", "runsc", "kata", "kata-runtime"};
  if (!runtimes.contains(member(host, "Runtime"))) reasons.push_back("the runtime " + member(host, "Runtime"));
  static const std::set<std::string> logs{"", "none", "json-file", "local", "journald", "k8s-file"};
  if (const json::value* log = host.if_contains("LogConfig"); log != nullptr && log->is_object()) {
    const std::string driver = member(log->as_object(), "Type");
    if (!logs.contains(driver)) reasons.push_back("the log driver " + driver);
  }
  if (const json::value* policy = host.if_contains("RestartPolicy"); policy != nullptr && policy->is_object()) {
    const std::string name = member(policy->as_object(), "Name");
    if (!name.empty() && name != "no") reasons.push_back("the restart policy " + name);
  }
  if (member(host, "OomScoreAdj").starts_with('-')) reasons.emplace_back("a negative OomScoreAdj");
  if (const json::value* sysctls = host.if_contains("Sysctls"); sysctls != nullptr && sysctls->is_object()) {
    for (const auto& entry : sysctls->as_object()) {
      if (!safe_sysctl(std::string(entry.key()), text(entry.value()))) {
        reasons.push_back(fmt::format("the sysctl {}", std::string_view(entry.key())));
      }
    }
  }
}

void judge_process(const json::object& request, const json::object& host, Reasons& reasons) {
  const std::string folder = member(request, "WorkingDir");
  if (folder.starts_with('/') && within(absolute_path(folder, {}), "/proc"))
    reasons.push_back("the working directory " + folder);
  if (!says_something(host, "DeviceRequests")) return;
  each(request, "Env", [&](const json::value& entry) {
    const std::string name = text(entry);
    if (name.starts_with("LD_PRELOAD") || name.starts_with("NVIDIA_")) reasons.push_back("a GPU together with " + name);
  });
}

}  // namespace

std::vector<std::string> harms(const json::object& request, const Places& places) {
  static const json::object none;
  Reasons reasons;
  const json::value* found = request.if_contains("HostConfig");
  const json::object& host = found != nullptr && found->is_object() ? found->as_object() : none;
  judge_host(host, reasons);
  judge_namespaces(request, host, reasons);
  judge_capabilities(host, reasons);
  judge_security(host, reasons);
  judge_mounts(request, host, places, reasons);
  judge_process(request, host, reasons);
  return reasons;
}

}  // namespace differential
