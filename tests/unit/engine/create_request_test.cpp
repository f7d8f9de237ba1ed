#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include <skillrun/host_view.hpp>

#include "engine/docker/codec.hpp"
#include "engine/docker/create_body.hpp"
#include "engine/docker/create_request.hpp"
#include "spec/schema.hpp"
#include "spec/spec_fields.hpp"
#include "unit/engine/api_full_spec.hpp"
#include "unit/engine/create_requests.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace {

json::object write_again(const ContainerSpec& spec, int api_minor) {
  const Dialect dialect{.api_minor = api_minor, .init_path = {}};
  return create_body(
      spec, {}, {.standard_input = spec.wants_stdin(), .tty = spec.tty && spec.tty->value == TtyMode::on}, dialect);
}

/// full_spec() as a request says it: of a variable the last entry counts, binds of the old form come first, what is off
/// is not said, and labels of runs are nobody's to set.
ContainerSpec full_spec_as_asked() {
  ContainerSpec spec = full_spec();
  std::erase_if(spec.labels, [](const auto& label) { return label.value.key.starts_with("skillrun."); });
  spec.env.erase(spec.env.begin());
  spec.privileged = declared(true);
  std::swap(spec.mounts.at(0), spec.mounts.at(1));
  return spec;
}

ContainerSpec newest_spec() {
  ContainerSpec spec = small_spec();
  spec.network_mode = declared(NetworkMode{NetworkKind::bridge, ""});
  spec.mac_address = declared(std::string("02:42:ac:11:00:02"));
  spec.gateway_priority = declared(std::int64_t{-5});
  spec.network_driver_options = {declared(KeyValue{"Com.Example.A", "b=c"})};
  spec.healthcheck = declared(Healthcheck{});
  spec.healthcheck->value.disabled = true;
  spec.init = declared(false);
  spec.stop_timeout = declared(std::chrono::seconds{0});
  spec.memory_swappiness = declared(std::int64_t{0});
  spec.memory = declared(std::int64_t{8} << 20);
  spec.memory_swap = declared(std::int64_t{-1});
  spec.no_new_privileges = declared(false);
  spec.nano_cpus = declared(std::int64_t{1});
  spec.mounts = {
      declared(with(bind_mount("/a:b,\"c", "/d:ro"), &Mount::read_only, true, &Mount::propagation,
                    Propagation::rprivate, &Mount::recursion, BindRecursion::readonly)),
      declared(with(volume_mount("v1", "/4"), &Mount::subpath, "deep/er")),
  };
  spec.ports = {declared(PortMapping{"::1", 8080, 80, "tcp"}),
                declared(PortMapping{"127.0.0.1", std::nullopt, 81, "udp"})};
  return spec;
}

}  // namespace

TEST_CASE("what is written for a spec is read as that spec, and written again") {
  for (ContainerSpec spec : {full_spec_as_asked(), rare_spec(), newest_spec(), small_spec()}) {
    spec.oom_kill_disable.reset();
    for (const int api : {41, 47, 99}) {
      CAPTURE(spec.skill);
      CAPTURE(api);
      const json::object body = create_body(spec, {}, {}, {.api_minor = api, .init_path = {}});
      const std::string text = json::serialize(body);
      const ContainerSpec read = read_create_request({.body = text,
                                                      .name = spec.name ? spec.name->value : "",
                                                      .platform = spec.platform ? spec.platform->value : ""},
                                                     asking);
      for (const std::string& problem : problems_of(read)) FAIL_CHECK(problem);
      CHECK(shown(read) == shown(spec));
      CHECK(json::serialize(write_again(read, api)) == text);
      for (const SpecField& field : spec_fields(read)) {
        CHECK(field.origin->kind == OriginKind::create_request);
        CHECK((field.origin->field.starts_with('/') || field.origin->field.starts_with('?')));
      }
    }
  }
}

TEST_CASE("every row of the dialect that is written is read") {
  // Of the query, or said by a member that another row reads.
  const std::set<std::string_view> elsewhere{"name", "platform", "no_new_privileges", "cdi_devices", "log_options"};
  for (const CodecRow& row : codec()) {
    CAPTURE(row.setting);
    CHECK((row.receive != nullptr) != elsewhere.contains(row.setting));
  }
}

TEST_CASE("a request that says nothing declares its image, and that it is neither removed nor attached") {
  const ContainerSpec spec = read_request(R"({"Image": "busybox:1"})");
  CHECK(problems_of(spec).empty());
  CHECK(shown(spec) == "image = \"busybox:1\"\n");
  CHECK_FALSE(spec.removes_container());
  CHECK_FALSE(spec.wants_stdin());
  CHECK(spec.tty->value == TtyMode::off);
  CHECK(spec.rm->origin.field == "/HostConfig/AutoRemove");
  CHECK(spec.standing == "/work");
  CHECK(shown(read_request(R"({"Image": "busybox:1", "HostConfig": null, "NetworkingConfig": null})")) == shown(spec));
}

TEST_CASE("origins say which member it was, and findings of policies point there") {
  const ContainerSpec spec = read_host(R"("Privileged": true, "CapAdd": ["SYS_ADMIN"], "NetworkMode": "none")");
  CHECK(problems_of(spec).empty());
  CHECK(spec.privileged->origin.field == "/HostConfig/Privileged");
  CHECK(spec.privileged->origin.text == "true");
  CHECK(spec.cap_add.front().origin.field == "/HostConfig/CapAdd/0");
  CHECK(spec.cap_add.front().origin.text == "SYS_ADMIN");
  const auto admitted = admit(*Policy::builtin("baseline"), spec, LexicalHost{});
  REQUIRE_FALSE(admitted);
  const Findings& findings = admitted.error().findings;
  const auto privileged = std::ranges::find(findings, "privileged", &Finding::rule);
  REQUIRE(privileged != findings.end());
  CHECK(privileged->field == "/HostConfig/Privileged");
  CHECK(privileged->source == nullptr);
}

TEST_CASE("what docker's clients write where nobody asked declares nothing") {
  const ContainerSpec spec = read_request(R"({"Hostname":"","Domainname":"","User":"","AttachStdin":false,
      "AttachStdout":true,"AttachStderr":true,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,
      "Image":"busybox:1","Volumes":{},"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{},"HostConfig":{
      "Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode":"","PortBindings":{},
      "RestartPolicy":{"Name":"","MaximumRetryCount":0},"AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,
      "ConsoleSize":[24,80],"CapAdd":null,"CapDrop":null,"CgroupnsMode":"","Dns":[],"DnsOptions":[],"DnsSearch":[],
      "ExtraHosts":null,"GroupAdd":null,"IpcMode":"","Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"",
      "Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":false,"SecurityOpt":null,"UTSMode":"","UsernsMode":"",
      "ShmSize":0,"Isolation":"","CpuShares":0,"Memory":0,"NanoCpus":0,"CgroupParent":"","BlkioWeight":0,
      "BlkioWeightDevice":[],"BlkioDeviceReadBps":[],"BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],
      "BlkioDeviceWriteIOps":[],"CpuPeriod":0,"CpuQuota":0,"CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"",
      "CpusetMems":"","Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,"KernelMemory":0,"KernelMemoryTCP":0,
      "MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":0,"Ulimits":null,
      "CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,"IOMaximumBandwidth":0,"MaskedPaths":null,"ReadonlyPaths":null},
      "NetworkingConfig":{"EndpointsConfig":{}}})");
  CHECK(problems_of(spec).empty());
  CHECK(shown(spec) == "image = \"busybox:1\"\n");
}

TEST_CASE("hidden system paths are given up by two empty lists") {
  const ContainerSpec spec = read_host(R"("MaskedPaths": [], "ReadonlyPaths": [])");
  CHECK(problems_of(spec).empty());
  REQUIRE(spec.security_opt.size() == 1);
  CHECK(spec.security_opt.front().value == "systempaths=unconfined");
  CHECK(spec.security_opt.front().origin.field == "/HostConfig/MaskedPaths");
}

TEST_CASE("an empty entrypoint takes the image's away") {
  const ContainerSpec spec = read_members(R"("Entrypoint": [""], "Cmd": ["sh"])");
  REQUIRE(spec.problems.empty());
  REQUIRE(spec.entrypoint);
  CHECK(spec.entrypoint->value.empty());
  CHECK(create_body(spec, {}, {}, {.api_minor = 41, .init_path = {}}).at("Entrypoint") == json::array{""});
}

TEST_CASE("an entrypoint of several words is its first one, and the others begin the command") {
  const ContainerSpec spec = read_members(R"("Entrypoint": ["/bin/sh", "-c"], "Cmd": ["exit 0\n"])");
  CHECK(problems_of(spec).empty());
  CHECK(spec.entrypoint->value == "/bin/sh");
  REQUIRE(spec.command.size() == 2);
  CHECK(spec.command[0].value == "-c");
  CHECK(spec.command[0].origin.field == "/Entrypoint/1");
  CHECK(spec.command[1].origin.field == "/Cmd/0");
}

TEST_CASE("variables are what the client made of them, and their values are shown nowhere") {
  const ContainerSpec spec = read_members(R"("Env": ["A=1", "HOME", "A=hunter2"])");
  CHECK(problems_of(spec).empty());
  REQUIRE(spec.env.size() == 2);
  CHECK_FALSE(spec.env[0].value.value);
  CHECK_FALSE(spec.env[0].value.from_caller);
  CHECK(*spec.env[1].value.value == "hunter2");
  CHECK(spec.env[1].origin.text == "A");
  const ContainerSpec lines = read_members(R"("Env": ["KEY=hunter2\n"])");
  CHECK(only_problem(lines) == "/Env/0 control-character: the variable 'KEY' holds a control character");
}

TEST_CASE("a container has one network: that of its mode") {
  const auto read_network = [](std::string_view mode, std::string_view endpoints) {
    return read_members(fmt::format(
        R"("HostConfig": {{"NetworkMode": "{}"}}, "NetworkingConfig": {{"EndpointsConfig": {}}})", mode, endpoints));
  };
  const ContainerSpec lan =
      read_network("lan", R"({"lan": {"Aliases": ["web"], "IPAMConfig": {"IPv4Address": "10.0.0.5"},
      "MacAddress": "02-42-AC-11-00-02", "NetworkID": "", "Gateway": "", "IPPrefixLen": 0, "DNSNames": null}})");
  CHECK(problems_of(lan).empty());
  CHECK(lan.network_aliases.front().origin.field == "/NetworkingConfig/EndpointsConfig/lan/Aliases/0");
  CHECK(lan.ipv4_address->value == "10.0.0.5");
  CHECK(lan.mac_address->value == "02:42:ac:11:00:02");
  CHECK(problems_of(read_network("default", R"({"default": {}})")).empty());
  CHECK(problems_of(read_network("bridge", R"({"default": null})")).empty());
  CHECK(read_network("default", "{}").network_mode->value.kind == NetworkKind::bridge);
  CHECK(only_problem(read_network("none", R"({"lan": {}})")) ==
        "/NetworkingConfig/EndpointsConfig/lan invalid-value: the network 'lan' is not the one that NetworkMode names");
  CHECK(read_network("lan", R"({"lan": {}, "wan": {}})").problems.size() == 1);
  CHECK(read_network("", R"({"lan": {}})").problems.size() == 1);
  CHECK(read_network("", R"({"": {}})").problems.size() == 1);
  CHECK(read_network("default", R"({"default": {"DriverOpts": {"a": "b"}}, "bridge": {}})").problems.size() == 1);
  CHECK(places_of(read_network("lan", R"({"lan": {"Gateway": "10.0.0.1"}})")) ==
        "/NetworkingConfig/EndpointsConfig/lan/Gateway");
  CHECK(places_of(read_network("lan", R"({"lan": {"Links": ["db:db"]}})")) ==
        "/NetworkingConfig/EndpointsConfig/lan/Links");
  CHECK(places_of(read_network("lan", R"({"lan": {"GwPriority": 4294967296}})")) ==
        "/NetworkingConfig/EndpointsConfig/lan/GwPriority");
  CHECK(problems_of(read_members(R"("HostConfig": {"NetworkMode": "lan", "Links": ["db:d"]}, "NetworkingConfig":
      {"EndpointsConfig": {"lan": {"Links": ["db:d"]}}})"))
            .empty());
}

TEST_CASE("a MAC address may stand in both places, and is one") {
  const auto body = [](std::string_view of_endpoint) {
    return read_members(fmt::format(R"("MacAddress": "02:42:ac:11:00:02", "HostConfig": {{"NetworkMode": "lan"}},
        "NetworkingConfig": {{"EndpointsConfig": {{"lan": {{"MacAddress": "{}"}}}}}})",
                                    of_endpoint));
  };
  CHECK(problems_of(body("02:42:ac:11:00:02")).empty());
  CHECK(places_of(body("02:42:ac:11:00:03")) == "/NetworkingConfig/EndpointsConfig/lan/MacAddress");
}

TEST_CASE("what is published is exposed without being said again") {
  const ContainerSpec spec = read_members(R"("ExposedPorts": {"80/tcp": {}, "81/udp": {}},
      "HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "::1", "HostPort": ""}]}})");
  CHECK(problems_of(spec).empty());
  REQUIRE(spec.exposed_ports.size() == 1);
  CHECK(spec.exposed_ports.front().value == "81/udp");
  REQUIRE(spec.ports.size() == 2);
  CHECK(*spec.ports[0].value.host_port == 8080);
  CHECK(spec.ports[1].value.host_ip == "::1");
  CHECK_FALSE(spec.ports[1].value.host_port);
}

TEST_CASE("each spelling of a mount is a mount") {
  const ContainerSpec spec = read_request(R"({"Image": "busybox:1", "Volumes": {"/anonymous": {}}, "HostConfig": {
      "Binds": ["/a/../b:/1:ro,z", "vol:/2"], "Tmpfs": {"/3": "size=64m", "/4": ""}, "Mounts": [
      {"Type": "tmpfs", "Target": "/5", "TmpfsOptions": {"SizeBytes": 4096, "Mode": 511}},
      {"Type": "volume", "Source": "vol2", "Target": "/6", "VolumeOptions": {"NoCopy": true, "Labels": {"a": "b,c"},
       "DriverConfig": {"Name": "local", "Options": {"o": "x,\"y", "type": "tmpfs"}}}},
      {"Type": "bind", "Source": "/work/in", "Target": "/7", "Consistency": "cached",
       "BindOptions": {"CreateMountpoint": true, "NonRecursive": true}}]}})");
  CHECK(problems_of(spec).empty());
  REQUIRE(spec.mounts.size() == 8);
  CHECK(spec.mounts[0].value.source == "/b");
  CHECK(spec.mounts[0].value.relabel == Relabel::shared);
  CHECK(spec.mounts[1].value.type == MountType::volume);
  CHECK(*spec.mounts[2].value.tmpfs_mode == 0777);
  CHECK(spec.mounts[3].value.driver_options[0].value == "x,\"y");
  CHECK(spec.mounts[3].value.labels[0].value == "b,c");
  CHECK(spec.mounts[4].value.recursion == BindRecursion::disabled);
  CHECK(spec.mounts[4].value.caller_workdir);
  CHECK(*spec.mounts[5].value.tmpfs_size == 64 << 20);
  CHECK(spec.mounts[7].value.target == "/anonymous");
  CHECK(places_of(read_host(R"("Binds": ["/a:/x"], "Tmpfs": {"/x/": ""})")) == "/HostConfig/Tmpfs/~1x~1");
}

TEST_CASE("name and platform of the query are read with the body") {
  const ContainerSpec spec =
      read_create_request({.body = R"({"Image": "busybox:1"})", .name = "one", .platform = "linux/amd64"}, asking);
  CHECK(problems_of(spec).empty());
  CHECK(spec.name->value == "one");
  CHECK(spec.platform->origin.field == "?platform");
  CHECK(read_create_request({.body = R"({"Image": "busybox:1"})", .name = "/x"}, asking).problems.front().field ==
        "?name");
}
