// What of a create request is refused, where, and with which words.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <skillrun/host_view.hpp>

#include "unit/engine/create_requests.hpp"

using namespace skillrun;
using namespace skillrun::testing;

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
        "/HostConfig/Memory invalid-value: the create request cannot be read: the name appears twice in one object");
  CHECK(shown(twice) == shown(ContainerSpec{}));
  CHECK(only_problem(read_request("[]")) == " invalid-value: an object was expected, found a list");
  CHECK(only_problem(read_request("null")) == " invalid-value: an object was expected, found null");
  CHECK(read_request("{\"Image\": \"\xff\"}").problems.front().message ==
        "the create request cannot be read: it is not valid UTF-8 at byte 11");
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
  CHECK(
      only_problem(read_host(R"("KernelMemoryTCP": 1)")) ==
      "/HostConfig/KernelMemoryTCP unenforced-field: KernelMemoryTCP is not a setting: engines no longer limit kernel "
      "memory");
}

TEST_CASE("what no setting can say is a problem and not dropped") {
  const std::pair<std::string, std::string> cases[] = {
      {R"("Entrypoint": [])", "/Entrypoint"},
      {R"("Entrypoint": ["", "sh"])", "/Entrypoint"},
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
