#include "engine/made_container.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/api/json_fields.hpp"
#include "engine/inspect_fields.hpp"

namespace skillrun {

namespace {

std::unexpected<EngineError> unreadable(std::string_view what) {
  return std::unexpected(EngineError{
      EngineError::Kind::protocol, fmt::format("the engine's description of the container has no readable {}", what)});
}

std::string text_of(const json::object& object, std::string_view key) { return std::string(text_at(object, key)); }

class MadeReader {
 public:
  MadeReader(const json::object& document, const json::object& config, const json::object& host, bool podman)
      : document_(document), config_(config), host_(host) {
    made_.podman = podman;
  }

  MadeContainer read() && {
    identity();
    process();
    security();
    namespaces();
    mounts();
    network();
    limits();
    return std::move(made_);
  }

 private:
  void identity() {
    made_.id = text_of(document_, "Id");
    made_.image_id = image_id_of(text_at(document_, "Image"));
    made_.name = text_of(document_, "Name");
    if (made_.name.starts_with('/')) made_.name.erase(0, 1);
    made_.pod = text_of(document_, "Pod");
    made_.labels = pairs_at(config_, "Labels");
    made_.hostname = text_of(config_, "Hostname");
    made_.domainname = text_of(config_, "Domainname");
    if (const json::object* policy = object_at(host_, "RestartPolicy")) {
      made_.restart_policy = {text_of(*policy, "Name"), number_at(*policy, "MaximumRetryCount")};
    }
    if (const json::object* log = object_at(host_, "LogConfig")) {
      made_.log_driver = text_of(*log, "Type");
      made_.log_options = pairs_at(*log, "Config");
    }
    made_.auto_remove = flag_at(host_, "AutoRemove");
  }

  void process() {
    made_.init = flag_at(host_, "Init");
    made_.argv = words(text_of(document_, "Path"), texts_at(document_, "Args"));
    made_.env = texts_at(config_, "Env");
    made_.working_dir = text_of(config_, "WorkingDir");
    made_.user = text_of(config_, "User");
    made_.group_add = texts_at(host_, "GroupAdd");
    made_.stop_signal = text_of(config_, "StopSignal");
    if (const json::value* signal = config_.if_contains("StopSignal"); signal != nullptr && signal->is_number()) {
      made_.stop_signal = std::to_string(number_at(config_, "StopSignal"));
    }
    if (const json::value* timeout = config_.if_contains("StopTimeout"); timeout != nullptr && timeout->is_number()) {
      made_.stop_timeout = number_at(config_, "StopTimeout");
    }
    if (const json::object* check = object_at(config_, "Healthcheck")) made_.healthcheck = healthcheck(*check);
  }

  static Healthcheck healthcheck(const json::object& check) {
    const auto time = [&](std::string_view key) { return std::chrono::nanoseconds(number_at(check, key)); };
    const std::vector<std::string> test = texts_at(check, "Test");
    return {.disabled = test == std::vector<std::string>{"NONE"},
            .command = test.size() == 2 && test.front() == "CMD-SHELL" ? test.back() : "",
            .interval = time("Interval"),
            .timeout = time("Timeout"),
            .start_period = time("StartPeriod"),
            .start_interval = time("StartInterval"),
            .retries = number_at(check, "Retries")};
  }

  /// What is executed, from "Path" and "Args".
  [[nodiscard]] std::vector<std::string> words(const std::string& path, std::vector<std::string> args) const {
    // podman shows its init as the program, docker does not.
    if (made_.podman && made_.init && !args.empty() && args.front() == "--") {
      args.erase(args.begin());
      return args;
    }
    // podman repeats a program that has no arguments as its own argument.
    const bool one_word = texts_at(config_, "Cmd").size() + (text_at(config_, "Entrypoint").empty() ? 0U : 1U) == 1;
    if (made_.podman && one_word && args == std::vector<std::string>{path}) return args;
    if (!path.empty()) args.insert(args.begin(), path);
    return args;
  }

  static std::vector<std::string> capabilities(const json::object& object, std::string_view key) {
    std::vector<std::string> names = texts_at(object, key);
    for (std::string& name : names) {
      if (name.starts_with("CAP_")) name.erase(0, 4);
    }
    return names;
  }

  void security() {
    made_.privileged = flag_at(host_, "Privileged");
    made_.readonly_rootfs = flag_at(host_, "ReadonlyRootfs");
    made_.cap_add = capabilities(host_, "CapAdd");
    made_.cap_drop = capabilities(host_, "CapDrop");
    if (document_.contains("BoundingCaps")) made_.bounding_caps = capabilities(document_, "BoundingCaps");
    made_.security_opt = texts_at(host_, "SecurityOpt");
    made_.apparmor_profile = text_of(document_, "AppArmorProfile");
    if (!made_.podman) {
      made_.masked_paths = texts_at(host_, "MaskedPaths");
      made_.readonly_paths = texts_at(host_, "ReadonlyPaths");
      made_.sysctls = pairs_at(host_, "Sysctls");
    }
    made_.device_cgroup_rules = texts_at(host_, "DeviceCgroupRules");
    made_.annotations = pairs_at(made_.podman ? config_ : host_, "Annotations");
    if (const json::array* devices = array_at(host_, "Devices")) {
      for (const json::value& entry : *devices) {
        const json::object* device = entry.if_object();
        if (device == nullptr) continue;
        made_.devices.push_back({.host = text_of(*device, "PathOnHost"),
                                 .container = text_of(*device, "PathInContainer"),
                                 .permissions = text_of(*device, "CgroupPermissions")});
      }
    }
    if (const json::array* requests = array_at(host_, "DeviceRequests")) {
      for (const json::value& entry : *requests) add_device_request(entry);
    }
  }

  void add_device_request(const json::value& entry) {
    MadeDeviceRequest request;
    request.text = json::serialize(entry);
    if (const json::object* object = entry.if_object()) {
      request.driver = text_of(*object, "Driver");
      request.count = number_at(*object, "Count");
      request.device_ids = texts_at(*object, "DeviceIDs");
      if (const json::array* sets = array_at(*object, "Capabilities")) {
        for (const json::value& set : *sets) {
          if (!set.is_array()) continue;
          for (const json::value& name : set.get_array()) {
            if (name.is_string()) request.capabilities.emplace_back(std::string_view(name.get_string()));
          }
        }
      }
    }
    made_.device_requests.push_back(std::move(request));
  }

  void namespaces() {
    // podman's "Runtime" is always "oci".
    made_.runtime = text_of(made_.podman ? document_ : host_, made_.podman ? "OCIRuntime" : "Runtime");
    made_.isolation = text_of(host_, "Isolation");
    made_.cgroup_parent = text_of(host_, "CgroupParent");
    made_.pid_mode = text_of(host_, "PidMode");
    made_.ipc_mode = text_of(host_, "IpcMode");
    made_.uts_mode = text_of(host_, "UTSMode");
    made_.userns_mode = text_of(host_, "UsernsMode");
    made_.cgroupns_mode = text_of(host_, made_.podman ? "CgroupMode" : "CgroupnsMode");
  }

  void mounts() {
    if (const json::array* list = array_at(document_, "Mounts")) {
      for (const json::value& entry : *list) {
        if (const json::object* mount = entry.if_object()) add_mount(*mount);
      }
    }
    if (const json::object* tmpfs = object_at(host_, "Tmpfs")) {
      for (const auto& entry : *tmpfs) {
        const std::string options(entry.value().is_string() ? std::string_view(entry.value().get_string()) : "");
        add_tmpfs(std::string(entry.key()), options);
      }
    }
    made_.volume_driver = text_of(host_, "VolumeDriver");
    made_.volumes_from = texts_at(host_, "VolumesFrom");
    made_.storage_options = pairs_at(host_, "StorageOpt");
  }

  void add_mount(const json::object& mount) {
    made_.mounts.push_back({.type = text_of(mount, "Type"),
                            .name = text_of(mount, "Name"),
                            .driver = text_of(mount, "Driver"),
                            .source = text_of(mount, "Source"),
                            .target = text_of(mount, "Destination"),
                            .read_only = !flag_at(mount, "RW"),
                            .propagation = text_of(mount, "Propagation"),
                            .options = {}});
  }

  void add_tmpfs(std::string target, std::string options) {
    const bool read_only = ("," + options + ",").contains(",ro,");
    made_.mounts.push_back({.type = "tmpfs",
                            .name = {},
                            .driver = {},
                            .source = {},
                            .target = std::move(target),
                            .read_only = read_only,
                            .propagation = {},
                            .options = std::move(options)});
  }

  void network() {
    made_.network_mode = text_of(host_, "NetworkMode");
    made_.mac_address = text_of(config_, "MacAddress");
    made_.links = texts_at(host_, "Links");
    made_.publish_all = flag_at(host_, "PublishAllPorts");
    made_.dns = texts_at(host_, "Dns");
    made_.dns_options = texts_at(host_, "DnsOptions");
    made_.dns_search = texts_at(host_, "DnsSearch");
    made_.extra_hosts = texts_at(host_, "ExtraHosts");
    if (const json::object* settings = object_at(document_, "NetworkSettings")) {
      if (const json::object* networks = object_at(*settings, "Networks")) {
        for (const auto& entry : *networks) add_network(entry.key(), entry.value().if_object());
      }
    }
    if (const json::object* bindings = object_at(host_, "PortBindings")) {
      for (const auto& entry : *bindings) add_ports(std::string(entry.key()), entry.value());
    }
    const json::object* exposed = made_.podman ? object_at(host_, "PortBindings") : object_at(config_, "ExposedPorts");
    if (exposed == nullptr) return;
    for (const auto& entry : *exposed) made_.exposed_ports.emplace_back(entry.key());
  }

  void add_network(std::string_view name, const json::object* endpoint) {
    MadeEndpoint& made = made_.networks.emplace_back();
    made.network = name;
    if (endpoint == nullptr) return;
    NetworkEndpoint& settings = made.settings;
    settings.aliases = texts_at(*endpoint, "Aliases");
    settings.driver_options = key_values(pairs_at(*endpoint, "DriverOpts"));
    settings.mac_address = text_of(*endpoint, "MacAddress");
    if (endpoint->contains("GwPriority")) settings.gateway_priority = number_at(*endpoint, "GwPriority");
    const json::object* addresses = object_at(*endpoint, "IPAMConfig");
    if (addresses == nullptr) return;
    settings.ipv4_address = text_of(*addresses, "IPv4Address");
    settings.ipv6_address = text_of(*addresses, "IPv6Address");
    settings.link_local_ips = texts_at(*addresses, "LinkLocalIPs");
  }

  static std::vector<KeyValue> key_values(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::vector<KeyValue> out;
    for (const auto& [key, value] : pairs) out.push_back({key, value});
    return out;
  }

  /// "80/tcp" and the places of the host that lead there.
  void add_ports(const std::string& name, const json::value& places) {
    const std::size_t slash = name.find('/');
    PortMapping port;
    port.container_port = port_number(name.substr(0, slash)).value_or(0);
    if (slash != std::string::npos) port.protocol = name.substr(slash + 1);
    const json::array* list = places.if_array();
    if (list == nullptr) return;
    for (const json::value& place : *list) {
      if (!place.is_object()) continue;
      port.host_ip = text_of(place.get_object(), "HostIp");
      port.host_port = port_number(text_at(place.get_object(), "HostPort"));
      made_.ports.push_back(port);
    }
  }

  static std::optional<std::uint16_t> port_number(std::string_view text) {
    std::uint16_t number = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stopped != text.data() + text.size() || number == 0) return std::nullopt;
    return number;
  }

  void limits() {
    made_.memory = number_at(host_, "Memory");
    made_.memory_swap = number_at(host_, "MemorySwap");
    made_.memory_reservation = number_at(host_, "MemoryReservation");
    made_.nano_cpus = number_at(host_, "NanoCpus");
    made_.cpu_shares = number_at(host_, "CpuShares");
    made_.cpu_period = number_at(host_, "CpuPeriod");
    made_.cpu_quota = number_at(host_, "CpuQuota");
    made_.cpu_realtime_period = number_at(host_, "CpuRealtimePeriod");
    made_.cpu_realtime_runtime = number_at(host_, "CpuRealtimeRuntime");
    made_.cpuset_cpus = text_of(host_, "CpusetCpus");
    made_.cpuset_mems = text_of(host_, "CpusetMems");
    if (const json::value* swappiness = host_.if_contains("MemorySwappiness"); swappiness && swappiness->is_number()) {
      made_.memory_swappiness = number_at(host_, "MemorySwappiness");
    }
    made_.blkio_weight = number_at(host_, "BlkioWeight");
    made_.blkio_weight_devices = rates("BlkioWeightDevice", "Weight");
    made_.device_read_bps = rates("BlkioDeviceReadBps", "Rate");
    made_.device_read_iops = rates("BlkioDeviceReadIOps", "Rate");
    made_.device_write_bps = rates("BlkioDeviceWriteBps", "Rate");
    made_.device_write_iops = rates("BlkioDeviceWriteIOps", "Rate");
    made_.pids_limit = number_at(host_, "PidsLimit");
    made_.shm_size = number_at(host_, "ShmSize");
    made_.oom_score_adj = number_at(host_, "OomScoreAdj");
    made_.oom_kill_disable = flag_at(host_, "OomKillDisable");
    const json::array* ulimits = array_at(host_, "Ulimits");
    if (ulimits == nullptr) return;
    for (const json::value& entry : *ulimits) {
      const json::object* limit = entry.if_object();
      if (limit == nullptr) continue;
      made_.ulimits.push_back({.name = ulimit_name(text_of(*limit, "Name")),
                               .soft = limit_at(*limit, "Soft"),
                               .hard = limit_at(*limit, "Hard")});
    }
  }

  [[nodiscard]] std::vector<DeviceRate> rates(std::string_view key, std::string_view member) const {
    std::vector<DeviceRate> out;
    const json::array* list = array_at(host_, key);
    if (list == nullptr) return out;
    for (const json::value& entry : *list) {
      if (entry.is_object()) {
        out.push_back({text_of(entry.get_object(), "Path"), number_at(entry.get_object(), member)});
      }
    }
    return out;
  }

  /// Unlimited is -1 in docker and the greatest number in podman.
  static std::int64_t limit_at(const json::object& limit, std::string_view key) {
    const json::value* value = limit.if_contains(key);
    return value != nullptr && value->is_uint64() ? -1 : number_at(limit, key);
  }

  /// podman writes RLIMIT_NOFILE for nofile.
  static std::string ulimit_name(std::string name) {
    constexpr std::string_view prefix = "RLIMIT_";
    if (!name.starts_with(prefix)) return name;
    name.erase(0, prefix.size());
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return name;
  }

  const json::object& document_;
  const json::object& config_;
  const json::object& host_;
  MadeContainer made_;
};

}  // namespace

EngineResult<MadeContainer> read_made_container(std::string_view text, bool podman) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error) return unreadable("JSON");
  const json::array* list = value.if_array();
  const json::value* first = list == nullptr ? &value : list->size() == 1 ? &list->front() : nullptr;
  const json::object* document = first == nullptr ? nullptr : first->if_object();
  if (document == nullptr) return unreadable("object");
  const json::object* config = object_at(*document, "Config");
  const json::object* host = object_at(*document, "HostConfig");
  if (config == nullptr) return unreadable("Config");
  if (host == nullptr) return unreadable("HostConfig");
  MadeContainer made = MadeReader(*document, *config, *host, podman).read();
  if (made.id.empty() || made.image_id.empty()) return unreadable("Id and Image");
  return made;
}

}  // namespace skillrun
