#include "engine/made_container.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/inspect_fields.hpp"
#include "engine/typed_answer.hpp"

namespace skillrun {

namespace {

std::unexpected<EngineError> unreadable(std::string_view what) {
  return std::unexpected(EngineError{
      EngineError::Kind::protocol, fmt::format("the engine's description of the container has no readable {}", what)});
}

class MadeReader {
 public:
  MadeReader(TypedAnswer document, TypedAnswer config, TypedAnswer host, bool podman)
      : document_(std::move(document)), config_(std::move(config)), host_(std::move(host)) {
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
    made_.id = document_.text("Id");
    made_.image_id = image_id_of(document_.text("Image"));
    made_.name = document_.text("Name");
    if (made_.name.starts_with('/')) made_.name.erase(0, 1);
    made_.pod = document_.text("Pod");
    made_.labels = config_.pairs("Labels");
    made_.hostname = config_.text("Hostname");
    made_.domainname = config_.text("Domainname");
    if (const auto policy = host_.object("RestartPolicy")) {
      made_.restart_policy = {policy->text("Name"), policy->number("MaximumRetryCount")};
    }
    if (const auto log = host_.object("LogConfig")) {
      made_.log_driver = log->text("Type");
      made_.log_options = log->pairs("Config");
    }
    made_.auto_remove = host_.flag("AutoRemove");
  }

  void process() {
    made_.init = host_.flag("Init");
    made_.argv = words(document_.text("Path"), document_.texts("Args"));
    made_.env = config_.texts("Env");
    made_.working_dir = config_.text("WorkingDir");
    made_.user = config_.text("User");
    made_.group_add = host_.texts("GroupAdd");
    made_.stop_signal = config_.text_or_number("StopSignal");
    made_.stop_timeout = config_.number_if_present("StopTimeout");
    if (const auto check = config_.object("Healthcheck")) made_.healthcheck = healthcheck(*check);
  }

  static Healthcheck healthcheck(const TypedAnswer& check) {
    const auto time = [&](std::string_view key) { return std::chrono::nanoseconds(check.number(key)); };
    const std::vector<std::string> test = check.texts("Test");
    return {.disabled = test == std::vector<std::string>{"NONE"},
            .command = test.size() == 2 && test.front() == "CMD-SHELL" ? test.back() : "",
            .interval = time("Interval"),
            .timeout = time("Timeout"),
            .start_period = time("StartPeriod"),
            .start_interval = time("StartInterval"),
            .retries = check.number("Retries")};
  }

  /// What is executed, from "Path" and "Args".
  [[nodiscard]] std::vector<std::string> words(const std::string& path, std::vector<std::string> args) const {
    // podman shows its init as the program, docker does not.
    if (made_.podman && made_.init && !args.empty() && args.front() == "--") {
      args.erase(args.begin());
      return args;
    }
    // podman repeats a program that has no arguments as its own argument.
    const bool one_word = config_.texts("Cmd").size() + entrypoint_words() == 1;
    if (made_.podman && one_word && args == std::vector<std::string>{path}) return args;
    if (!path.empty()) args.insert(args.begin(), path);
    return args;
  }

  /// podman 4 writes the entrypoint as one text, podman 5 as a list.
  [[nodiscard]] std::size_t entrypoint_words() const {
    const std::vector<std::string> entrypoint = config_.text_or_texts("Entrypoint");
    return entrypoint.size() == 1 && entrypoint.front().empty() ? 0 : entrypoint.size();
  }

  static std::vector<std::string> without_prefix(std::vector<std::string> names) {
    for (std::string& name : names) {
      if (name.starts_with("CAP_")) name.erase(0, 4);
    }
    return names;
  }

  void security() {
    made_.privileged = host_.flag("Privileged");
    made_.readonly_rootfs = host_.flag("ReadonlyRootfs");
    made_.cap_add = without_prefix(host_.texts("CapAdd"));
    made_.cap_drop = without_prefix(host_.texts("CapDrop"));
    if (auto bounding = document_.texts_if_present("BoundingCaps")) {
      made_.bounding_caps = without_prefix(std::move(*bounding));
    }
    made_.security_opt = host_.texts("SecurityOpt");
    made_.apparmor_profile = document_.text("AppArmorProfile");
    if (!made_.podman) {
      made_.masked_paths = host_.texts("MaskedPaths");
      made_.readonly_paths = host_.texts("ReadonlyPaths");
      made_.sysctls = host_.pairs("Sysctls");
    }
    made_.device_cgroup_rules = host_.texts("DeviceCgroupRules");
    made_.annotations = (made_.podman ? config_ : host_).pairs("Annotations");
    for (const TypedAnswer& device : host_.objects("Devices")) {
      made_.devices.push_back({.host = device.text("PathOnHost"),
                               .container = device.text("PathInContainer"),
                               .permissions = device.text("CgroupPermissions")});
    }
    for (const TypedAnswer& request : host_.objects("DeviceRequests")) {
      made_.device_requests.push_back({.text = request.json(),
                                       .driver = request.text("Driver"),
                                       .count = request.number("Count"),
                                       .device_ids = request.texts("DeviceIDs"),
                                       .capabilities = request.texts_of_lists("Capabilities")});
    }
  }

  void namespaces() {
    // podman's "Runtime" is always "oci".
    made_.runtime = made_.podman ? document_.text("OCIRuntime") : host_.text("Runtime");
    made_.isolation = host_.text("Isolation");
    made_.cgroup_parent = host_.text("CgroupParent");
    made_.pid_mode = host_.text("PidMode");
    made_.ipc_mode = host_.text("IpcMode");
    made_.uts_mode = host_.text("UTSMode");
    made_.userns_mode = host_.text("UsernsMode");
    made_.cgroupns_mode = host_.text(made_.podman ? "CgroupMode" : "CgroupnsMode");
  }

  void mounts() {
    for (const TypedAnswer& mount : document_.objects("Mounts")) add_mount(mount);
    const auto tmpfs = host_.object("Tmpfs");
    for (const std::string& target : host_.names("Tmpfs")) add_tmpfs(target, tmpfs->text(target));
    made_.volume_driver = host_.text("VolumeDriver");
    made_.volumes_from = host_.texts("VolumesFrom");
    made_.storage_options = host_.pairs("StorageOpt");
  }

  void add_mount(const TypedAnswer& mount) {
    made_.mounts.push_back({.type = mount.text("Type"),
                            .name = mount.text("Name"),
                            .driver = mount.text("Driver"),
                            .source = mount.text("Source"),
                            .target = mount.text("Destination"),
                            .read_only = mount.flag_if_present("RW") == false,  // nobody said so: it is not
                            .propagation = mount.text("Propagation"),
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
    made_.network_mode = host_.text("NetworkMode");
    made_.mac_address = config_.text("MacAddress");
    made_.links = host_.texts("Links");
    made_.publish_all = host_.flag("PublishAllPorts");
    made_.dns = host_.texts("Dns");
    made_.dns_options = host_.texts("DnsOptions");
    made_.dns_search = host_.texts("DnsSearch");
    made_.extra_hosts = host_.texts("ExtraHosts");
    if (const auto settings = document_.object("NetworkSettings")) {
      for (const auto& [name, endpoint] : settings->named_objects("Networks")) add_network(name, endpoint);
    }
    if (const auto bindings = host_.object("PortBindings")) {
      for (const std::string& name : host_.names("PortBindings")) add_ports(name, bindings->objects(name));
    }
    made_.exposed_ports = made_.podman ? host_.names("PortBindings") : config_.names("ExposedPorts");
  }

  void add_network(const std::string& name, const std::optional<TypedAnswer>& endpoint) {
    MadeEndpoint& made = made_.networks.emplace_back();
    made.network = name;
    if (!endpoint) return;
    NetworkEndpoint& settings = made.settings;
    settings.aliases = endpoint->texts("Aliases");
    settings.driver_options = key_values(endpoint->pairs("DriverOpts"));
    settings.mac_address = endpoint->text("MacAddress");
    settings.gateway_priority = endpoint->number_if_present("GwPriority");
    const auto addresses = endpoint->object("IPAMConfig");
    if (!addresses) return;
    settings.ipv4_address = addresses->text("IPv4Address");
    settings.ipv6_address = addresses->text("IPv6Address");
    settings.link_local_ips = addresses->texts("LinkLocalIPs");
  }

  static std::vector<KeyValue> key_values(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::vector<KeyValue> out;
    out.reserve(pairs.size());
    for (const auto& [key, value] : pairs) out.push_back({key, value});
    return out;
  }

  /// "80/tcp" and the places of the host that lead there.
  void add_ports(const std::string& name, const std::vector<TypedAnswer>& places) {
    const std::size_t slash = name.find('/');
    PortMapping port;
    port.container_port = port_number(name.substr(0, slash)).value_or(0);
    if (slash != std::string::npos) port.protocol = name.substr(slash + 1);
    for (const TypedAnswer& place : places) {
      port.host_ip = place.text("HostIp");
      port.host_port = port_number(place.text("HostPort"));
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
    made_.memory = host_.number("Memory");
    made_.memory_swap = host_.number("MemorySwap");
    made_.memory_reservation = host_.number("MemoryReservation");
    made_.nano_cpus = host_.number("NanoCpus");
    made_.cpu_shares = host_.number("CpuShares");
    made_.cpu_period = host_.number("CpuPeriod");
    made_.cpu_quota = host_.number("CpuQuota");
    made_.cpu_realtime_period = host_.number("CpuRealtimePeriod");
    made_.cpu_realtime_runtime = host_.number("CpuRealtimeRuntime");
    made_.cpuset_cpus = host_.text("CpusetCpus");
    made_.cpuset_mems = host_.text("CpusetMems");
    made_.memory_swappiness = host_.number_if_present("MemorySwappiness");
    made_.blkio_weight = host_.number("BlkioWeight");
    made_.blkio_weight_devices = rates("BlkioWeightDevice", "Weight");
    made_.device_read_bps = rates("BlkioDeviceReadBps", "Rate");
    made_.device_read_iops = rates("BlkioDeviceReadIOps", "Rate");
    made_.device_write_bps = rates("BlkioDeviceWriteBps", "Rate");
    made_.device_write_iops = rates("BlkioDeviceWriteIOps", "Rate");
    made_.pids_limit = host_.number("PidsLimit");
    made_.shm_size = host_.number("ShmSize");
    made_.oom_score_adj = host_.number("OomScoreAdj");
    made_.oom_kill_disable = host_.flag("OomKillDisable");
    for (const TypedAnswer& limit : host_.objects("Ulimits")) {
      made_.ulimits.push_back(
          {.name = ulimit_name(limit.text("Name")), .soft = limit.limit("Soft"), .hard = limit.limit("Hard")});
    }
  }

  [[nodiscard]] std::vector<DeviceRate> rates(std::string_view key, std::string_view member) const {
    std::vector<DeviceRate> out;
    for (const TypedAnswer& rate : host_.objects(key)) out.push_back({rate.text("Path"), rate.number(member)});
    return out;
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

  TypedAnswer document_;
  TypedAnswer config_;
  TypedAnswer host_;
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
  AnswerFault fault;
  const TypedAnswer answer(*document, {}, fault);
  const auto config = answer.object("Config");
  const auto host = answer.object("HostConfig");
  if (!config) return unreadable("Config");
  if (!host) return unreadable("HostConfig");
  MadeContainer made = MadeReader(answer, *config, *host, podman).read();
  if (fault) {
    return std::unexpected(
        EngineError{EngineError::Kind::protocol,
                    fmt::format("the engine's description of the container can not be trusted: {}", *fault)});
  }
  if (made.id.empty() || made.image_id.empty()) return unreadable("Id and Image");
  return made;
}

}  // namespace skillrun
