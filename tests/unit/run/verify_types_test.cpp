// Answers whose members are of another type than the engine's API promises: what cannot be read must never pass for
// nothing.
#include <algorithm>

#include "unit/run/verify_cases.hpp"

namespace skillrun::test {

namespace {

enum class Type : std::uint8_t {
  text,
  number,
  flag,
  texts,
  objects,
  text_map,
  object_map,
  names,  ///< an object of which only the names count
  object,
  lists_map,       ///< an object of lists of objects
  text_or_number,  ///< docker writes one, podman the other
};

struct Member {
  std::string_view parent;  ///< "" (the whole answer), "Config", "HostConfig", "NetworkSettings"
  std::string_view name;
  Type type;
};

constexpr Member common_members[] = {
    {"", "Id", Type::text},
    {"", "Image", Type::text},
    {"", "Name", Type::text},
    {"", "Path", Type::text},
    {"", "Args", Type::texts},
    {"", "AppArmorProfile", Type::text},
    {"", "Mounts", Type::objects},
    {"", "NetworkSettings", Type::object},
    {"", "Pod", Type::text},
    {"NetworkSettings", "Networks", Type::object_map},
    {"Config", "Labels", Type::text_map},
    {"Config", "Hostname", Type::text},
    {"Config", "Domainname", Type::text},
    {"Config", "Env", Type::texts},
    {"Config", "WorkingDir", Type::text},
    {"Config", "User", Type::text},
    {"Config", "StopSignal", Type::text_or_number},
    {"Config", "StopTimeout", Type::number},
    {"Config", "Healthcheck", Type::object},
    {"Config", "MacAddress", Type::text},
    {"HostConfig", "RestartPolicy", Type::object},
    {"HostConfig", "LogConfig", Type::object},
    {"HostConfig", "AutoRemove", Type::flag},
    {"HostConfig", "Init", Type::flag},
    {"HostConfig", "GroupAdd", Type::texts},
    {"HostConfig", "Privileged", Type::flag},
    {"HostConfig", "ReadonlyRootfs", Type::flag},
    {"HostConfig", "CapAdd", Type::texts},
    {"HostConfig", "CapDrop", Type::texts},
    {"HostConfig", "SecurityOpt", Type::texts},
    {"HostConfig", "DeviceCgroupRules", Type::texts},
    {"HostConfig", "Devices", Type::objects},
    {"HostConfig", "DeviceRequests", Type::objects},
    {"HostConfig", "Isolation", Type::text},
    {"HostConfig", "CgroupParent", Type::text},
    {"HostConfig", "PidMode", Type::text},
    {"HostConfig", "IpcMode", Type::text},
    {"HostConfig", "UTSMode", Type::text},
    {"HostConfig", "UsernsMode", Type::text},
    {"HostConfig", "Tmpfs", Type::text_map},
    {"HostConfig", "VolumeDriver", Type::text},
    {"HostConfig", "VolumesFrom", Type::texts},
    {"HostConfig", "StorageOpt", Type::text_map},
    {"HostConfig", "NetworkMode", Type::text},
    {"HostConfig", "Links", Type::texts},
    {"HostConfig", "PublishAllPorts", Type::flag},
    {"HostConfig", "Dns", Type::texts},
    {"HostConfig", "DnsOptions", Type::texts},
    {"HostConfig", "DnsSearch", Type::texts},
    {"HostConfig", "ExtraHosts", Type::texts},
    {"HostConfig", "PortBindings", Type::lists_map},
    {"HostConfig", "Memory", Type::number},
    {"HostConfig", "MemorySwap", Type::number},
    {"HostConfig", "MemoryReservation", Type::number},
    {"HostConfig", "NanoCpus", Type::number},
    {"HostConfig", "CpuShares", Type::number},
    {"HostConfig", "CpuPeriod", Type::number},
    {"HostConfig", "CpuQuota", Type::number},
    {"HostConfig", "CpuRealtimePeriod", Type::number},
    {"HostConfig", "CpuRealtimeRuntime", Type::number},
    {"HostConfig", "CpusetCpus", Type::text},
    {"HostConfig", "CpusetMems", Type::text},
    {"HostConfig", "MemorySwappiness", Type::number},
    {"HostConfig", "BlkioWeight", Type::number},
    {"HostConfig", "BlkioWeightDevice", Type::objects},
    {"HostConfig", "BlkioDeviceReadBps", Type::objects},
    {"HostConfig", "BlkioDeviceReadIOps", Type::objects},
    {"HostConfig", "BlkioDeviceWriteBps", Type::objects},
    {"HostConfig", "BlkioDeviceWriteIOps", Type::objects},
    {"HostConfig", "PidsLimit", Type::number},
    {"HostConfig", "ShmSize", Type::number},
    {"HostConfig", "OomScoreAdj", Type::number},
    {"HostConfig", "OomKillDisable", Type::flag},
    {"HostConfig", "Ulimits", Type::objects},
};

constexpr Member docker_members[] = {
    {"Config", "ExposedPorts", Type::names},       {"HostConfig", "MaskedPaths", Type::texts},
    {"HostConfig", "ReadonlyPaths", Type::texts},  {"HostConfig", "Sysctls", Type::text_map},
    {"HostConfig", "Annotations", Type::text_map}, {"HostConfig", "Runtime", Type::text},
    {"HostConfig", "CgroupnsMode", Type::text},
};

constexpr Member podman_members[] = {
    {"", "BoundingCaps", Type::texts},         {"", "OCIRuntime", Type::text},
    {"Config", "Annotations", Type::text_map}, {"Config", "Cmd", Type::texts},
    {"HostConfig", "CgroupMode", Type::text},
};

/// Values that a member of this type must not have, and where in them the fault lies ("[1]", ".a").
std::vector<std::pair<json::value, std::string>> wrong_values(Type type) {
  std::vector<std::pair<json::value, std::string>> out;
  const auto add = [&](bool wrong, std::string_view text, std::string place = {}) {
    if (wrong) out.emplace_back(json::parse(text), std::move(place));
  };
  add(type != Type::text && type != Type::text_or_number, R"("host")");
  add(type != Type::number && type != Type::text_or_number, "1");
  add(type == Type::number, "1.5");
  add(type == Type::number, "18446744073709551615");
  add(type != Type::flag, "true");
  const bool list = type == Type::texts || type == Type::objects;
  const bool object = !list && type >= Type::text_map && type != Type::text_or_number;
  add(!list, "[]");
  add(!object, R"({"a": "b"})");
  add(type == Type::texts, R"(["a", 7])", "[1]");
  add(type == Type::texts, "[null]", "[0]");
  add(type == Type::objects, R"(["/dev/sda:/dev/sda"])", "[0]");
  add(type == Type::objects, "[{}, null]", "[1]");
  add(type == Type::text_map, R"({"a": true})", ".a");
  add(type == Type::object_map, R"({"a": []})", ".a");
  add(type == Type::lists_map, R"({"80/tcp": {}})", ".80/tcp");
  add(type == Type::lists_map, R"({"80/tcp": ["0.0.0.0:80"]})", ".80/tcp[0]");
  return out;
}

json::object& parent_of(Case& c, std::string_view parent) {
  if (parent.empty()) return c.answer;
  json::value& value = c.answer[parent];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

/// Reading must fail with a protocol error that names the place.
void faulty(const Case& c, const std::string& place) {
  CAPTURE(place);
  const auto made = c.read();
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == EngineError::Kind::protocol);
  CHECK_MESSAGE(made.error().message.contains(" " + place + " is "), made.error().message);
}

void all_wrong(const Captured& captured, std::span<const Member> members) {
  for (const Member& member : members) {
    const std::string place =
        std::string(member.parent) + (member.parent.empty() ? "" : ".") + std::string(member.name);
    for (const auto& [value, within] : wrong_values(member.type)) {
      CAPTURE(json::serialize(value));
      Case c = Case::plain(captured);
      parent_of(c, member.parent)[member.name] = value;
      faulty(c, place + within);
    }
    CAPTURE(place);
    if (member.name == "Id" || member.name == "Image") continue;
    Case c = Case::plain(captured);
    parent_of(c, member.parent)[member.name] = nullptr;
    CHECK(c.read());
    parent_of(c, member.parent).erase(member.name);
    CHECK(c.read());
  }
}

}  // namespace

TEST_CASE("a member of another type than promised is an error that names it; absent and null are not") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    all_wrong(captured, common_members);
    if (captured.podman) {
      all_wrong(captured, podman_members);
    } else {
      all_wrong(captured, docker_members);
    }
  }
}

TEST_CASE("a member of another type inside a member is an error that names it") {
  struct Inner {
    std::string_view member;  ///< of HostConfig; with a leading /: of the whole answer; with a leading +: of Config
    std::string_view value;
    std::string_view place;
  };
  constexpr Inner cases[] = {
      {"RestartPolicy", R"({"Name": 7})", "HostConfig.RestartPolicy.Name"},
      {"RestartPolicy", R"({"MaximumRetryCount": "3"})", "HostConfig.RestartPolicy.MaximumRetryCount"},
      {"LogConfig", R"({"Type": ["none"]})", "HostConfig.LogConfig.Type"},
      {"LogConfig", R"({"Config": {"max-size": 1}})", "HostConfig.LogConfig.Config.max-size"},
      {"Devices", R"([{"PathOnHost": ["/dev/sda"]}])", "HostConfig.Devices[0].PathOnHost"},
      {"Devices", R"([{}, {"CgroupPermissions": 7}])", "HostConfig.Devices[1].CgroupPermissions"},
      {"DeviceRequests", R"([{"Count": "all"}])", "HostConfig.DeviceRequests[0].Count"},
      {"DeviceRequests", R"([{"DeviceIDs": [0]}])", "HostConfig.DeviceRequests[0].DeviceIDs[0]"},
      {"DeviceRequests", R"([{"Capabilities": ["gpu"]}])", "HostConfig.DeviceRequests[0].Capabilities[0]"},
      {"DeviceRequests", R"([{"Capabilities": [["gpu", 1]]}])", "HostConfig.DeviceRequests[0].Capabilities[0][1]"},
      {"BlkioDeviceReadBps", R"([{"Rate": "1"}])", "HostConfig.BlkioDeviceReadBps[0].Rate"},
      {"Ulimits", R"([{"Name": 7}])", "HostConfig.Ulimits[0].Name"},
      {"Ulimits", R"([{"Soft": "1024"}])", "HostConfig.Ulimits[0].Soft"},
      {"PortBindings", R"({"80/tcp": [{"HostPort": 80}]})", "HostConfig.PortBindings.80/tcp[0].HostPort"},
      {"PortBindings", R"({"80/tcp": [{"HostIp": false}]})", "HostConfig.PortBindings.80/tcp[0].HostIp"},
      {"/Mounts", R"([{"Type": 1}])", "Mounts[0].Type"},
      {"/Mounts", R"([{"Source": ["/etc"]}])", "Mounts[0].Source"},
      {"/Mounts", R"([{"Destination": {}}])", "Mounts[0].Destination"},
      {"/Mounts", R"([{"RW": "true"}])", "Mounts[0].RW"},
      {"/Mounts", R"([{"Propagation": 1}])", "Mounts[0].Propagation"},
      {"/NetworkSettings", R"({"Networks": {"n": {"Aliases": "a"}}})", "NetworkSettings.Networks.n.Aliases"},
      {"/NetworkSettings", R"({"Networks": {"n": {"MacAddress": 1}}})", "NetworkSettings.Networks.n.MacAddress"},
      {"/NetworkSettings", R"({"Networks": {"n": {"IPAMConfig": {"IPv4Address": 1}}}})",
       "NetworkSettings.Networks.n.IPAMConfig.IPv4Address"},
      {"+Healthcheck", R"({"Test": "true"})", "Config.Healthcheck.Test"},
      {"+Healthcheck", R"({"Interval": "1s"})", "Config.Healthcheck.Interval"},
  };
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    for (const Inner& inner : cases) {
      Case c = Case::plain(captured);
      const char first = inner.member.front();
      const bool named = first != '/' && first != '+';
      json::object& parent = first == '/' ? c.answer : first == '+' ? c.config() : c.host();
      parent[inner.member.substr(named ? 0 : 1)] = json::parse(inner.value);
      faulty(c, std::string(inner.place));
    }
  }
}

TEST_CASE("both ways of podman to write the entrypoint are read") {
  for (const char* entrypoint : {R"("")", R"([])", R"([""])", R"(null)"}) {
    CAPTURE(entrypoint);
    for (const Captured& captured : all_paths) {
      Case c = Case::plain(captured);
      if (!c.podman) continue;
      c.config()["Entrypoint"] = json::parse(entrypoint);
      CHECK(c.differences().empty());
      c.config()["Entrypoint"] = json::array{1};
      faulty(c, "Config.Entrypoint[0]");
    }
  }
}

}  // namespace skillrun::test
