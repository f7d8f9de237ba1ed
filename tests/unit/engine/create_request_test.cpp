#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/docker/codec.hpp"
#include "engine/docker/create_body.hpp"
#include "engine/docker/create_request.hpp"
#include "spec/schema.hpp"
#include "spec/spec_fields.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace {

const CallerContext asking{.workdir = "/work", .cwd = "/work", .home = "/home/me", .uid = 1000, .gid = 1000};

ContainerSpec read_request(std::string_view body) { return read_create_request({.body = body}, asking); }

/// A request for busybox with further members: R"("HostConfig": {...})".
ContainerSpec read_members(std::string_view members) {
  return read_request(fmt::format(R"({{"Image": "busybox:1"{}{}}})", members.empty() ? "" : ", ", members));
}

ContainerSpec read_host(std::string_view members) {
  return read_members(fmt::format(R"("HostConfig": {{{}}})", members));
}

/// "FIELD RULE: MESSAGE" of each problem.
std::vector<std::string> problems_of(const ContainerSpec& spec) {
  std::vector<std::string> out;
  for (const Finding& problem : spec.problems) {
    CHECK_FALSE(problem.remediation.empty());
    out.push_back(fmt::format("{} {}: {}", problem.field, problem.rule, problem.message));
  }
  return out;
}

std::string only_problem(const ContainerSpec& spec) {
  const auto problems = problems_of(spec);
  return problems.size() == 1 ? problems.front() : fmt::format("{} problems", problems.size());
}

/// Where the problems are, with a blank between them.
std::string places_of(const ContainerSpec& spec) {
  std::string out;
  for (const Finding& problem : spec.problems) out += (out.empty() ? "" : " ") + problem.field;
  return out;
}

json::object write_again(const ContainerSpec& spec, int api_minor) {
  const Dialect dialect{.api_minor = api_minor, .init_path = {}};
  return create_body(
      spec, {}, {.standard_input = spec.wants_stdin(), .tty = spec.tty && spec.tty->value == TtyMode::on}, dialect);
}

/// What is set, without what a run decides by itself.
std::string shown(const ContainerSpec& spec) {
  static const std::set<std::string_view> of_runs{"rm", "stdin", "tty", "log_driver"};
  std::string out;
  for (const SpecField& field : spec_fields(spec)) {
    if (!of_runs.contains(field.name)) out += fmt::format("{} = {}\n", field.label(), json::serialize(field.value));
  }
  return out;
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

TEST_CASE("members that are not known are refused at every depth, with their place and a way out") {
  const ContainerSpec spec = read_request(R"({"Image": "busybox:1", "Foo": null, "HostConfig": {"Bar": {"x": 1},
      "Mounts": [{"Type": "bind", "Source": "/a", "Target": "/b", "BindOptions": {"Baz": false}}],
      "LogConfig": {"Type": "none", "Confg": {}}, "Devices": [{"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse",
      "CgroupPermissions": "r", "a/b": ""}]}, "NetworkingConfig": {"Endpoints": {}},
      "ExposedPorts": {"80/tcp": {"x": 1}}})");
  CHECK(places_of(spec) ==
        "/Foo /HostConfig/Bar /HostConfig/Mounts/0/BindOptions/Baz /HostConfig/LogConfig/Confg "
        "/HostConfig/Devices/0/a~1b /NetworkingConfig/Endpoints /ExposedPorts/80~1tcp/x");
  for (const Finding& problem : spec.problems) {
    CHECK(problem.rule == "unknown-key");
    CHECK(problem.severity == Severity::error);
  }
  CHECK(spec.problems.front().message == "the member 'Foo' is not known here");
  CHECK(spec.problems.front().remediation == "leave it out: what is not known is not judged");
  CHECK(spec.problems[3].remediation == "did you mean Config? otherwise leave it out: what is not known is not judged");
  CHECK_FALSE(admit(*Policy::builtin("privileged"), spec, LexicalHost{}));
}

TEST_CASE("engines fold the case of names, so that another case is refused and never ignored") {
  for (const char* body : {R"({"Image": "busybox:1", "hostconfig": {"Privileged": true}})",
                           R"({"Image": "busybox:1", "HostConfig": {}, "HOSTCONFIG": {"Privileged": true}})"}) {
    const ContainerSpec spec = read_request(body);
    REQUIRE(spec.problems.size() == 1);
    CHECK(spec.problems.front().rule == "unknown-key");
    CHECK(spec.problems.front().remediation ==
          "engines would read it as HostConfig: write the name exactly so, and once");
    CHECK_FALSE(spec.privileged);
  }
  CHECK(places_of(read_host(R"("privileged": true)")) == "/HostConfig/privileged");
  // Go folds these two to k and s.
  CHECK(read_host("\"Net\u212Aor\u212AMode\": \"host\"").problems.size() == 1);
  CHECK(read_host("\"Bind\u017F\": [\"/:/x\"]").problems.size() == 1);
  CHECK(places_of(read_request(R"({"Image": "a:1", "image": "b:1"})")) == "/image");
}

TEST_CASE("a text that readers disagree about is refused as a whole, and nothing of it is read") {
  const ContainerSpec twice = read_request(R"({"Image": "busybox:1", "HostConfig": {"Memory": 1, "Memory": 0}})");
  CHECK(only_problem(twice) ==
        "/HostConfig/Memory invalid-value: the create request can not be read: the name stands twice in one object");
  CHECK(shown(twice) == shown(ContainerSpec{}));
  CHECK(only_problem(read_request("[]")) == " invalid-value: an object was expected, found a list");
  CHECK(only_problem(read_request("null")) == " invalid-value: an object was expected, found null");
  CHECK(read_request("{\"Image\": \"\xff\"}").problems.front().message ==
        "the create request can not be read: it is not valid UTF-8 at byte 11");
  CHECK(read_request(R"({"Image": "busybox:1"} {})").problems.size() == 1);
  CHECK(read_request("{\"Cmd\":" + std::string(40, '[')).problems.front().message.contains("more than 16 deep"));
  CHECK(read_request(std::string((1 << 20) + 1, ' ')).problems.front().message.contains("larger than 1048576 bytes"));
  const JsonLimits small{.bytes = 100, .depth = 2, .entries = 3};
  CHECK(read_create_request({.body = R"({"Image":"a:1","Cmd":["1","2","3","4"]})"}, asking, small)
            .problems.front()
            .field == "/Cmd/3");
}

TEST_CASE("values of another type are refused and not converted") {
  const std::pair<std::string, std::string> cases[] = {
      {R"("Memory": "64m")", "/HostConfig/Memory"},
      {R"("Memory": 1.5)", "/HostConfig/Memory"},
      {R"("Memory": 1e8)", "/HostConfig/Memory"},
      {R"("Memory": 9223372036854775808)", "/HostConfig/Memory"},
      {R"("Memory": true)", "/HostConfig/Memory"},
      {R"("Privileged": "true")", "/HostConfig/Privileged"},
      {R"("Privileged": 1)", "/HostConfig/Privileged"},
      {R"("Binds": "/a:/b")", "/HostConfig/Binds"},
      {R"("Binds": [null])", "/HostConfig/Binds/0"},
      {R"("Binds": ["/a:/b", 7])", "/HostConfig/Binds/1"},
      {R"("Sysctls": ["a=b"])", "/HostConfig/Sysctls"},
      {R"("Sysctls": {"net.ipv4.ip_forward": 1})", "/HostConfig/Sysctls/net.ipv4.ip_forward"},
      {R"("Sysctls": {"net.ipv4.ip_forward": null})", "/HostConfig/Sysctls/net.ipv4.ip_forward"},
      {R"("NetworkMode": ["host"])", "/HostConfig/NetworkMode"},
      {R"("Mounts": {"Type": "bind"})", "/HostConfig/Mounts"},
      {R"("Mounts": [["bind"]])", "/HostConfig/Mounts/0"},
      {R"("PortBindings": {"80/tcp": {"HostPort": "80"}})", "/HostConfig/PortBindings/80~1tcp"},
      {R"("PortBindings": {"80/tcp": [{"HostPort": 80}]})", "/HostConfig/PortBindings/80~1tcp/0/HostPort"},
      {R"("Ulimits": [{"Name": "nofile", "Soft": "1", "Hard": 1}])", "/HostConfig/Ulimits/0/Soft"},
      {R"("ConsoleSize": [1, -1])", "/HostConfig/ConsoleSize"},
      {R"("ConsoleSize": {"Height": 1})", "/HostConfig/ConsoleSize"},
  };
  for (const auto& [members, place] : cases) {
    CAPTURE(members);
    CHECK(places_of(read_host(members)) == place);
  }
  CHECK(places_of(read_members(R"("Cmd": "ls -l")")) == "/Cmd");
  CHECK(places_of(read_members(R"("HostConfig": [])")) == "/HostConfig");
  CHECK(places_of(read_members(R"("Volumes": {"/a": null})")) == "/Volumes/~1a");
  CHECK(places_of(read_members(R"("AttachStdin": "yes")")) == "/AttachStdin");
  // What stands in the wrong place may be a secret.
  const ContainerSpec secret = read_members(R"("Env": {"TOKEN": "hunter2"})");
  CHECK(only_problem(secret) == "/Env invalid-value: a list was expected, found an object");
  CHECK(secret.problems.front().evidence.empty());
}

TEST_CASE("numbers outside their range are refused by the setter that flags have") {
  const std::pair<std::string, std::string> cases[] = {
      {R"("Memory": 1000)", "memory-invalid"},
      {R"("Memory": -5)", "memory-invalid"},
      {R"("MemorySwap": -2)", "memory-invalid"},
      {R"("MemorySwappiness": 101)", "invalid-value"},
      {R"("CpuShares": 1)", "invalid-value"},
      {R"("NanoCpus": -1)", "invalid-value"},
      {R"("OomScoreAdj": 1001)", "invalid-value"},
      {R"("BlkioWeight": 5)", "invalid-value"},
      {R"("PidsLimit": 99999999)", "invalid-value"},
      {R"("CpuPeriod": 1)", "invalid-value"},
      {R"("ShmSize": 9007199254740993)", "invalid-value"},
      {R"("BlkioDeviceReadBps": [{"Path": "/dev/sda", "Rate": 9007199254740993}])", "invalid-value"},
      {R"("Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"Mode": 4096}}])", "invalid-value"},
      {R"("Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": -1}}])", "invalid-value"},
  };
  for (const auto& [members, rule] : cases) {
    CAPTURE(members);
    const ContainerSpec spec = read_host(members);
    REQUIRE(spec.problems.size() == 1);
    CHECK(spec.problems.front().rule == rule);
  }
  CHECK(places_of(read_members(R"("StopTimeout": -1)")) == "/StopTimeout");
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

TEST_CASE("a member without a setting is refused when it asks for something") {
  for (const char* members :
       {R"("NetworkDisabled": true)", R"("Shell": ["/bin/sh"])", R"("OnBuild": ["RUN x"])", R"("ArgsEscaped": true)"}) {
    CAPTURE(members);
    const ContainerSpec spec = read_members(members);
    REQUIRE(spec.problems.size() == 1);
    CHECK(spec.problems.front().rule == "unenforced-field");
  }
  for (const char* members : {R"("KernelMemory": 7)", R"("CpuCount": 1)", R"("Cgroup": "container:x")",
                              R"("ContainerIDFile": "/tmp/x")", R"("IOMaximumIOps": 1.5)"}) {
    CAPTURE(members);
    CHECK(read_host(members).problems.size() == 1);
  }
  CHECK(only_problem(read_host(R"("KernelMemoryTCP": 1)")) ==
        "/HostConfig/KernelMemoryTCP unenforced-field: KernelMemoryTCP is no setting: engines no longer limit kernel "
        "memory");
}

TEST_CASE("what no setting can say is a problem and not dropped") {
  const std::pair<std::string, std::string> cases[] = {
      {R"("Entrypoint": [])", "/Entrypoint"},
      {R"("Entrypoint": [""])", "/Entrypoint/0"},
      {R"("Healthcheck": {"Test": ["CMD", "true"]})", "/Healthcheck/Test"},
      {R"("Healthcheck": {"Interval": -5})", "/Healthcheck/Interval"},
      {R"("ExposedPorts": {"80-90/tcp": {}})", "/ExposedPorts/80-90~1tcp"},
      {R"("ExposedPorts": {"80": {}})", "/ExposedPorts/80"},
      {R"("Labels": {"a=b": "c"})", "/Labels/a=b"},
      {R"("Labels": {"skillrun.run": "x"})", "/Labels/skillrun.run"},
      {R"("User": "host")", "/User"},
      {R"("WorkingDir": "work")", "/WorkingDir"},
      {R"("MacAddress": "02:42:ac:11:00:02")", "/MacAddress"},
  };
  for (const auto& [members, place] : cases) {
    CAPTURE(members);
    CHECK(places_of(read_members(members)) == place);
  }
  const std::pair<std::string, std::string> of_host[] = {
      {R"("MaskedPaths": [])", "/HostConfig/MaskedPaths"},
      {R"("ReadonlyPaths": [])", "/HostConfig/ReadonlyPaths"},
      {R"("MaskedPaths": ["/proc/kcore"])", "/HostConfig/MaskedPaths"},
      {R"("SecurityOpt": ["seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}"])", "/HostConfig/SecurityOpt/0"},
      {R"("SecurityOpt": ["seccomp=/etc/profile.json"])", "/HostConfig/SecurityOpt/0"},
      {R"("SecurityOpt": ["systempaths=unconfined"])", "/HostConfig/SecurityOpt/0"},
      {R"("NetworkMode": "name=host")", "/HostConfig/NetworkMode"},
      {R"("NetworkMode": "HOST")", "/HostConfig/NetworkMode"},
      {R"("UsernsMode": "keep-id")", "/HostConfig/UsernsMode"},
      {R"("Binds": ["./a:/b"])", "/HostConfig/Binds/0"},
      {R"("Binds": ["~/a:/b"])", "/HostConfig/Binds/0"},
      {R"("Mounts": [{"Type": "bind", "Source": "~", "Target": "/b"}])", "/HostConfig/Mounts/0"},
      {R"("Mounts": [{"Source": "a1", "Target": "/b"}])", "/HostConfig/Mounts/0"},
      {R"("Mounts": [{"Type": "image", "Source": "a", "Target": "/b"}])", "/HostConfig/Mounts/0"},
      {R"("Mounts": [{"Type": "volume", "Target": "/b", "BindOptions": {"Propagation": "shared"}}])",
       "/HostConfig/Mounts/0"},
      {R"("Mounts": [{"Type": "tmpfs", "Target": "/b", "TmpfsOptions": {"Options": [["exec"]]}}])",
       "/HostConfig/Mounts/0/TmpfsOptions/Options"},
      {R"("Mounts": [{"Type": "tmpfs", "Target": "/b", "ImageOptions": {"Subpath": "x"}}])",
       "/HostConfig/Mounts/0/ImageOptions"},
      {R"("Tmpfs": {"/a:size=1m": "rw"})", "/HostConfig/Tmpfs/~1a:size=1m"},
      {R"("Tmpfs": {"/a": "rw,huge=always"})", "/HostConfig/Tmpfs/~1a"},
      {R"("Devices": [{"PathOnHost": "/dev/a:/dev/b", "PathInContainer": "/dev/b", "CgroupPermissions": "r"}])",
       "/HostConfig/Devices/0"},
      {R"("Devices": [{"PathOnHost": "vendor.com/class=name", "PathInContainer": "", "CgroupPermissions": ""}])",
       "/HostConfig/Devices/0"},
      {R"("DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"], ["compute"]]}])", "/HostConfig/DeviceRequests/0"},
      {R"("DeviceRequests": [{"Count": -1, "Capabilities": [["tpu"]]}])", "/HostConfig/DeviceRequests/0"},
      {R"("DeviceRequests": [{"Count": 0, "Capabilities": [["gpu"]]}])", "/HostConfig/DeviceRequests/0"},
      {R"("DeviceRequests": [{"Count": 1, "Capabilities": [["gpu"]]}, {"Count": 1, "Capabilities": [["gpu"]]}])",
       "/HostConfig/DeviceRequests/1"},
      {R"("DeviceRequests": [{"DeviceIDs": ["0,1"], "Capabilities": [["gpu"]]}])",
       "/HostConfig/DeviceRequests/0/DeviceIDs/0 /HostConfig/DeviceRequests/0"},
      {R"("DeviceRequests": [{"Driver": "cdi", "DeviceIDs": ["/dev/sda"]}])",
       "/HostConfig/DeviceRequests/0/DeviceIDs/0"},
      {R"("DeviceRequests": [{"Driver": "cdi", "Count": 1, "DeviceIDs": ["a.b/c=d"]}])",
       "/HostConfig/DeviceRequests/0/Count"},
      {R"("PortBindings": {"80/tcp": []})", "/HostConfig/PortBindings/80~1tcp"},
      {R"("PortBindings": {"80": [{}]})", "/HostConfig/PortBindings/80"},
      {R"("PortBindings": {"80/tcp": [{"HostPort": "8000-8010"}]})", "/HostConfig/PortBindings/80~1tcp/0"},
      {R"("PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1:99"}]})", "/HostConfig/PortBindings/80~1tcp/0"},
      {R"("PortBindings": {"80/tcp": [{"HostIp": "localhost"}]})", "/HostConfig/PortBindings/80~1tcp/0"},
      {R"("RestartPolicy": {"Name": "always", "MaximumRetryCount": 3})", "/HostConfig/RestartPolicy"},
      {R"("RestartPolicy": {"Name": "always"}, "AutoRemove": true)", "/HostConfig/RestartPolicy"},
      {R"("Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 1}, {"Name": "nofile", "Soft": 2, "Hard": 2}])",
       "/HostConfig/Ulimits/1"},
      {R"("Isolation": "hyperv")", "/HostConfig/Isolation"},
  };
  for (const auto& [members, place] : of_host) {
    CAPTURE(members);
    CHECK(places_of(read_host(members)) == place);
  }
  CHECK(only_problem(read_request("{}")) == "/Image missing-field: the request names no image");
}

TEST_CASE("hidden system paths are given up by two empty lists") {
  const ContainerSpec spec = read_host(R"("MaskedPaths": [], "ReadonlyPaths": [])");
  CHECK(problems_of(spec).empty());
  REQUIRE(spec.security_opt.size() == 1);
  CHECK(spec.security_opt.front().value == "systempaths=unconfined");
  CHECK(spec.security_opt.front().origin.field == "/HostConfig/MaskedPaths");
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
