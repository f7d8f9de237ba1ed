// What the real engines answered when they were asked about containers that skillrun had them create, read again: in
// tests/data/inspect, written by integration_verify (SKILLRUN_CAPTURE_INSPECT).
#include "run/verify.hpp"

#include <fstream>
#include <functional>
#include <set>

#include "spec/spec_fields.hpp"
#include "unit/engine/api_full_spec.hpp"
#include "unit/run/fakes.hpp"

namespace skillrun::test {

namespace {

using skillrun::testing::bind_mount;
using skillrun::testing::declared;
using skillrun::testing::defaulted;
using skillrun::testing::full_spec_for;
using skillrun::testing::rare_spec_for;
using skillrun::testing::run_labels;
using skillrun::testing::volume_mount;

/// One engine path and its answers.
struct Captured {
  std::string path;
  bool podman;

  [[nodiscard]] json::object read(const std::string& which) const {
    const std::string name = std::string(SKILLRUN_SOURCE_DIR) + "/tests/data/inspect/" + path + "-" + which + ".json";
    std::ifstream file(name);
    REQUIRE_MESSAGE(file, name);
    json::value value = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    return value.is_array() ? value.as_array().at(0).as_object() : value.as_object();
  }
};

const std::vector<Captured> all_paths{
    {"docker-api", false}, {"docker-cli", false}, {"podman-api", true}, {"podman-cli", true}};

ContainerSpec captured_plain_spec() {
  ContainerSpec spec = plain_spec();
  spec.command = {declared(std::string("true"))};
  spec.network_mode = declared(NetworkMode{});
  return spec;
}

/// The order that such an answer belongs to, and the answer.
struct Case {
  ContainerSpec spec;
  json::object answer;
  bool podman = false;
  ImageInfo image;
  RunLabels labels = run_labels();
  EngineInfo engine;

  Case(ContainerSpec of, const Captured& captured, const std::string& which)
      : spec(std::move(of)), answer(captured.read(which)), podman(captured.podman) {
    image.id = answer.at("Image").as_string();
    if (!image.id.starts_with("sha256:")) image.id.insert(0, "sha256:");
    image.command = {"sh"};
  }
  static Case plain(const Captured& captured) { return {captured_plain_spec(), captured, "plain"}; }
  static Case full(const Captured& captured) { return {full_spec_for(captured.podman), captured, "full"}; }
  static Case rare(const Captured& captured) {
    return {rare_spec_for(captured.podman, captured.path.ends_with("-api")), captured, "rare"};
  }

  [[nodiscard]] Order order() const { return {.spec = spec, .image = image, .labels = labels, .engine = engine}; }
  [[nodiscard]] MadeContainer made() const {
    auto result = read_made_container(json::serialize(answer), podman);
    REQUIRE_MESSAGE(result, result.error().message);
    return std::move(*result);
  }
  json::object& host() { return answer.at("HostConfig").as_object(); }
  json::object& config() { return answer.at("Config").as_object(); }

  /// "field: approved -> made" of each difference.
  [[nodiscard]] std::vector<std::string> differences() const {
    std::vector<std::string> lines;
    for (const Difference& difference : find_differences(order(), made())) {
      lines.push_back(difference.field + ": " + difference.approved + " -> " + difference.made);
    }
    return lines;
  }
};

using Lines = std::vector<std::string>;

std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Applies the change to what each engine said of a plain container: the differences must be these.
void plain_differs(const std::function<void(Case&)>& change, const Lines& expected) {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    change(c);
    CHECK(text_of(c.differences()) == text_of(expected));
  }
}

void full_differs(const std::function<void(Case&)>& change, const Lines& expected) {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    change(c);
    CHECK(text_of(c.differences()) == text_of(expected));
  }
}

json::object a_mount(std::string_view type, std::string_view source, std::string_view target) {
  return {{"Type", type},     {"Name", type == "volume" ? source : ""},
          {"Source", source}, {"Destination", target},
          {"RW", true},       {"Propagation", "rprivate"}};
}

json::object& mount_at(Case& c, std::string_view target) {
  for (json::value& mount : c.answer.at("Mounts").as_array()) {
    if (mount.at("Destination").as_string() == target) return mount.as_object();
  }
  FAIL("no mount at " << target);
  return c.answer;
}

}  // namespace

TEST_CASE("what every engine made of a plain, a full and a rare spec is accepted") {
  plain_differs([](Case&) {}, {});
  full_differs([](Case&) {}, {});
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    CHECK(text_of(Case::rare(captured).differences()).empty());
  }
}

TEST_CASE("an answer that can not be read is an error, never an empty container") {
  for (const char* text : {"", "[]", "{}", "7", R"({"Id":"1","Image":"2"})", R"({"Config":{},"HostConfig":{}})",
                           R"([{"Id":"1","Image":"2","Config":{},"HostConfig":{}},{}])"}) {
    CAPTURE(text);
    const auto made = read_made_container(text, false);
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == EngineError::Kind::protocol);
  }
}

TEST_CASE("members that are null, empty or missing read alike") {
  plain_differs(
      [](Case& c) {
        for (const char* name : {"Binds", "CapAdd", "CapDrop", "Devices", "ExtraHosts", "GroupAdd", "Links",
                                 "PortBindings", "Tmpfs", "VolumesFrom", "DeviceRequests", "DeviceCgroupRules"}) {
          c.host()[name] = nullptr;
        }
        c.answer.erase("Mounts");
        c.config()["Env"] = nullptr;
      },
      {});
}

TEST_CASE("a privileged container is refused") {
  plain_differs([](Case& c) { c.host()["Privileged"] = true; }, {"privileged: none -> true"});
}

TEST_CASE("a mount that nobody asked for is refused") {
  plain_differs([](Case& c) { c.answer["Mounts"] = list_of(a_mount("bind", "/etc", "/data")); },
                {"mounts: none -> bind /etc at /data"});
  plain_differs([](Case& c) { c.answer["Mounts"] = list_of(a_mount("volume", "x", "/data")); },
                {"mounts: none -> volume x at /data"});
  plain_differs([](Case& c) { c.host()["Tmpfs"] = json::object{{"/run", "rw"}}; }, {"mounts: none -> tmpfs at /run"});
  plain_differs([](Case& c) { c.answer["Mounts"] = list_of(a_mount("cluster", "x", "/data")); },
                {"mounts: none -> cluster x at /data"});
  plain_differs([](Case& c) { c.host()["VolumesFrom"] = list_of("other"); }, {"volumes_from: none -> other"});
}

TEST_CASE("an anonymous volume belongs to a VOLUME line of the image, and nowhere else") {
  const auto with_volume = [](Case& c) {
    c.answer["Mounts"] = list_of(a_mount("volume", std::string(64, 'a'), "/db"));
  };
  plain_differs(
      [&](Case& c) {
        with_volume(c);
        c.image.volumes = {"/db/"};
      },
      {});
  plain_differs(
      [&](Case& c) {
        with_volume(c);
        c.image.volumes = {"/database"};
      },
      {"mounts: none -> volume " + std::string(64, 'a') + " at /db"});
}

TEST_CASE("a mount that is missing, leads elsewhere or can be written to is refused") {
  full_differs([](Case& c) { mount_at(c, "/data")["Source"] = "/etc"; },
               {"mounts: bind /usr/share at /data, read-only -> bind /etc at /data, read-only"});
  full_differs([](Case& c) { mount_at(c, "/data")["RW"] = true; },
               {"mounts: bind /usr/share at /data, read-only -> bind /usr/share at /data"});
  full_differs([](Case& c) { mount_at(c, "/made")["Propagation"] = "rshared"; },
               {"mounts: bind /usr/lib at /made -> bind /usr/lib at /made, propagation rshared"});
  full_differs([](Case& c) { mount_at(c, "/made")["Type"] = "volume"; },
               {"mounts: bind /usr/lib at /made -> volume at /made"});
  full_differs([](Case& c) { mount_at(c, "/volume")["Name"] = "another"; },
               {"mounts: volume skillrun-test-volume at /volume -> volume another at /volume"});
  full_differs([](Case& c) { mount_at(c, "/data")["Destination"] = "/elsewhere"; },
               {"mounts: none -> bind /usr/share at /elsewhere, read-only",
                "mounts: bind /usr/share at /data, read-only -> none"});
  full_differs([](Case& c) { c.host()["Tmpfs"] = json::object{}; }, {"mounts: tmpfs at /scratch -> none"});
  // Stricter than approved is no harm.
  full_differs([](Case& c) { mount_at(c, "/made")["RW"] = false; }, {});
}

TEST_CASE("a tmpfs keeps its size, mode and options") {
  for (const char* options : {"rw,size=2097152,mode=1777,noexec,nosuid", "rw,size=1048576,mode=0755,noexec,nosuid",
                              "rw,size=1048576,mode=1777,nosuid", "rw,mode=1777,noexec,nosuid",
                              "rw,size=1048576,mode=1777,noexec,nosuid,dev"}) {
    CAPTURE(options);
    full_differs([&](Case& c) { c.host()["Tmpfs"] = json::object{{"/scratch", options}}; },
                 {"mounts: tmpfs at /scratch -> tmpfs at /scratch (" + std::string(options) + ")"});
  }
}

TEST_CASE("a bind below the mount point of a virtual machine's host is the host's") {
  full_differs([](Case& c) { mount_at(c, "/data")["Source"] = "/host_mnt/usr/share"; }, {});
  full_differs([](Case& c) { mount_at(c, "/data")["Source"] = "/host_mnt/usr"; },
               {"mounts: bind /usr/share at /data, read-only -> bind /host_mnt/usr at /data, read-only"});
}

TEST_CASE("another network is refused") {
  plain_differs([](Case& c) { c.host()["NetworkMode"] = "host"; }, {"network_mode: none -> host"});
  plain_differs([](Case& c) { c.host()["NetworkMode"] = "container:" + std::string(64, 'a'); },
                {"network_mode: none -> container:" + std::string(64, 'a')});
  plain_differs([](Case& c) { c.answer["NetworkSettings"] = json::object{{"Networks", json::object{{"web", {}}}}}; },
                {"network_mode: none -> web"});
  plain_differs([](Case& c) { c.host()["Links"] = list_of("/db:/x/db"); }, {"links: none -> db:db"});
}

TEST_CASE("the host's and other containers' namespaces are refused") {
  plain_differs([](Case& c) { c.host()["PidMode"] = "host"; }, {"pid_mode: none -> host"});
  plain_differs([](Case& c) { c.host()["IpcMode"] = "container:x"; }, {"ipc_mode: none -> container:x"});
  plain_differs([](Case& c) { c.host()["UTSMode"] = "host"; }, {"uts_mode: none -> host"});
  plain_differs([](Case& c) { c.host()["UsernsMode"] = "host"; }, {"userns_mode: none -> host"});
  plain_differs([](Case& c) { c.host()[c.podman ? "CgroupMode" : "CgroupnsMode"] = "ns:/x"; },
                {"cgroupns_mode: none -> ns:/x"});
  plain_differs([](Case& c) { c.answer["Pod"] = "abc"; }, {"pid_mode: none -> pod abc"});
  // The host's cgroup namespace is the default with control groups of version 1.
  plain_differs([](Case& c) { c.host()[c.podman ? "CgroupMode" : "CgroupnsMode"] = "host"; }, {});
  plain_differs([](Case& c) { c.host()["IpcMode"] = "shareable"; }, {});
}

TEST_CASE("an unusual runtime and a cgroup parent are refused") {
  const auto runtime = [](const char* name) {
    return [name](Case& c) { (c.podman ? c.answer : c.host())[c.podman ? "OCIRuntime" : "Runtime"] = name; };
  };
  plain_differs(runtime("nvidia"), {"runtime: none -> nvidia"});
  plain_differs(runtime("crun"), {});
  plain_differs([](Case& c) { c.host()["CgroupParent"] = "/x"; }, {"cgroup_parent: none -> /x"});
}

TEST_CASE("a capability that was added, or that is still there, is refused") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    if (c.podman) {
      c.answer["BoundingCaps"] = json::array{"CAP_NET_BIND_SERVICE", "CAP_SYS_ADMIN"};
      CHECK(c.differences() == Lines{"cap_drop: without SYS_ADMIN -> SYS_ADMIN"});
      c.answer["BoundingCaps"] = nullptr;
      CHECK(c.differences() == Lines{"cap_add: NET_BIND_SERVICE -> none"});
    } else {
      c.host()["CapAdd"] = json::array{"CAP_NET_BIND_SERVICE", "SYS_ADMIN"};
      CHECK(c.differences() == Lines{"cap_add: none -> SYS_ADMIN"});
      c = Case::full(captured);
      c.host()["CapDrop"] = nullptr;
      CHECK(c.differences() == Lines{"cap_drop: ALL -> none"});
    }
  }
}

TEST_CASE("what the engine's configuration adds is judged by the policy") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    const auto judged = [&] {
      auto approved = admit(*Policy::builtin("baseline"), c.spec, LexicalHost());
      REQUIRE(approved);
      Findings findings = verify(*approved, c.order(), c.made(), LexicalHost());
      // Defaults that the captured container did not get.
      std::erase_if(findings, [](const Finding& finding) { return finding.rule == "unenforced-field"; });
      return findings;
    };
    CHECK(judged().empty());
    json::value& variables = c.config()["Env"];
    if (variables.is_null()) variables = json::array();
    variables.as_array().emplace_back("DB_PASSWORD=hunter2hunter2");
    CHECK(judged().size() == 1);
    CHECK(judged().front().rule == "secret-in-environment");
    c.image.env = {"DB_PASSWORD=hunter2hunter2"};
    CHECK(judged().empty());
    if (!c.podman) continue;
    c.answer.at("BoundingCaps").as_array().emplace_back("CAP_SYS_ADMIN");
    CHECK(judged().size() == 2);
    CHECK(judged().front().rule == "cap-add-baseline");
    CHECK(judged().back().rule == "cap-add-escape");
  }
}

TEST_CASE("security options that are lost or added are refused") {
  full_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("seccomp=unconfined"); },
               {"no_new_privileges: true -> false"});
  full_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("no-new-privileges"); },
               {"security_opt: seccomp=unconfined -> none"});
  plain_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("label:disable"); },
                {"security_opt: none -> label=disable"});
  plain_differs([](Case& c) { c.answer["AppArmorProfile"] = "unconfined"; },
                {"security_opt: none -> apparmor=unconfined"});
  plain_differs([](Case& c) { c.answer["AppArmorProfile"] = "docker-default"; }, {});
  full_differs([](Case& c) { c.host()["SecurityOpt"] = json::array{"no-new-privileges:true", "seccomp:unconfined"}; },
               {});
}

TEST_CASE("docker's hidden and read-only system paths must be there") {
  for (const Captured& captured : all_paths) {
    if (captured.podman) continue;
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.host()["MaskedPaths"] = json::array{};
    CHECK(c.differences().size() == 7);
    CHECK(c.differences().front() == "security_opt: /proc/acpi hidden -> as on the host");
    c = Case::plain(captured);
    c.host()["ReadonlyPaths"] = nullptr;
    CHECK(c.differences().size() == 5);
    c.spec.security_opt = {declared(std::string("systempaths=unconfined"))};
    CHECK(c.differences().empty());
  }
}

TEST_CASE("devices, device requests and cgroup rules that nobody asked for are refused") {
  plain_differs(
      [](Case& c) {
        c.host()["Devices"] = list_of(
            json::object{{"PathOnHost", "/dev/sda"}, {"PathInContainer", "/dev/sda"}, {"CgroupPermissions", "rwm"}});
      },
      {"devices: none -> /dev/sda:/dev/sda:rwm"});
  full_differs([](Case& c) { c.host()["Devices"].as_array()[0].as_object()["CgroupPermissions"] = "rwm"; },
               {"devices: /dev/null:/dev/nothing:r -> none", "devices: none -> /dev/null:/dev/nothing:rwm"});
  plain_differs([](Case& c) { c.host()["DeviceCgroupRules"] = list_of("b 8:* rwm"); },
                {"device_cgroup_rules: none -> b 8:* rwm"});
  const json::object request{{"Count", -1}, {"DeviceIDs", nullptr}, {"Capabilities", list_of(list_of("gpu"))}};
  plain_differs([&](Case& c) { c.host()["DeviceRequests"] = list_of(request); },
                {"gpus: none -> " + json::serialize(request)});
  plain_differs(
      [&](Case& c) {
        c.host()["DeviceRequests"] = list_of(request);
        c.spec.gpus = declared(GpuRequest{});
      },
      {});
  plain_differs([&](Case& c) { c.spec.gpus = declared(*parse_gpus("2")); }, {"gpus: 2 GPUs -> none"});
}

TEST_CASE("another image, command, user or folder is refused") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.image.id = "sha256:other";
    REQUIRE(c.differences().size() == 1);
    CHECK(c.differences().front().starts_with("image: sha256:other -> sha256:"));
  }
  plain_differs(
      [](Case& c) {
        c.answer["Path"] = "sh";
        c.answer["Args"] = c.podman ? list_of("sh") : json::array{};  // podman repeats it
      },
      {"entrypoint: [true] -> [sh]"});
  plain_differs([](Case& c) { c.spec.command.clear(); }, {"entrypoint: [sh] -> [true]"});
  full_differs([](Case& c) { c.answer["Args"].as_array().back() = "rm"; },
               {"entrypoint: [/bin/sh, -c, exit 0] -> [/bin/sh, -c, rm]"});
  full_differs([](Case& c) { c.config()["User"] = ""; }, {"user: 1000:1001 -> the image's"});
  plain_differs([](Case& c) { c.config()["User"] = "0"; }, {"user: the image's -> 0"});
  plain_differs([](Case& c) { c.image.user = "nobody"; }, {"user: nobody -> the image's"});
  plain_differs([](Case& c) { c.host()["GroupAdd"] = list_of("docker"); }, {"group_add: none -> docker"});
  full_differs([](Case& c) { c.config()["WorkingDir"] = "/"; }, {"working_dir: /work -> /"});
  full_differs([](Case& c) { c.config()["Hostname"] = "x"; }, {"hostname: host-a -> x"});
  full_differs([](Case& c) { c.config()["StopSignal"] = "SIGKILL"; }, {"stop_signal: SIGINT -> SIGKILL"});
  full_differs([](Case& c) { c.config()["StopTimeout"] = 10; }, {"stop_timeout: 7 s -> 10 s"});
  full_differs([](Case& c) { c.config()["Labels"].as_object().erase("app"); }, {"labels: app=x -> none"});
  full_differs([](Case& c) { c.config()["Labels"].as_object()["skillrun.run"] = "forged"; },
               {"labels: skillrun.run=run-1 -> skillrun.run=forged"});
  full_differs([](Case& c) { c.config()["Env"] = list_of("A=last"); }, {"env: B -> none"});
  full_differs([](Case& c) { c.config()["Env"] = json::array{"A=first", "B=with = and , "}; },
               {"env: A -> A with another value"});
}

TEST_CASE("limits that are another or missing are refused, and a default that has no effect is not") {
  full_differs([](Case& c) { c.host()["Memory"] = 1 << 30; }, {"memory: 67108864 -> 1073741824"});
  full_differs([](Case& c) { c.host()["Memory"] = 0; }, {"memory: 67108864 -> none"});
  full_differs([](Case& c) { c.host()["MemorySwap"] = -1; }, {"memory_swap: 100663296 -> none"});
  full_differs([](Case& c) { c.host()["NanoCpus"] = 0; }, {"nano_cpus: 500000000 -> none"});
  full_differs([](Case& c) { c.host()["PidsLimit"] = nullptr; }, {"pids_limit: 100 -> none"});
  full_differs([](Case& c) { c.host()["ShmSize"] = 1; }, {"shm_size: 8388608 -> 1"});
  full_differs([](Case& c) { c.host()["OomScoreAdj"] = -500; }, {"oom_score_adj: 100 -> -500"});
  plain_differs([](Case& c) { c.host()["OomScoreAdj"] = -500; }, {"oom_score_adj: 0 -> -500"});
  plain_differs([](Case& c) { c.host()["OomKillDisable"] = true; },
                {"oom_kill_disable: none -> protection from the out-of-memory killer"});
  full_differs([](Case& c) { c.host()["Ulimits"].as_array()[0].as_object()["Hard"] = 4096; },
               {"ulimits: nofile=64:128 -> nofile=64:4096"});
  full_differs([](Case& c) { c.host()["Ulimits"] = nullptr; }, {"ulimits: nofile=64:128 -> none"});

  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    c.host()["PidsLimit"] = 0;
    const auto rules = [&] {
      const auto approved = skillrun::testing::approved(c.spec);
      return verify(approved, c.order(), c.made(), LexicalHost()).size();
    };
    CHECK(rules() == 1);
    c.spec.pids_limit = defaulted(std::int64_t{100});
    CHECK(rules() == 0);
    // A limit that is there must be the right one, whoever asked for it.
    c.host()["PidsLimit"] = 100000;
    CHECK(rules() == 1);
  }
}

TEST_CASE("a restart policy, removal by the engine and a log are refused") {
  plain_differs([](Case& c) { c.host()["RestartPolicy"] = json::object{{"Name", "always"}}; },
                {"restart_policy: none -> always"});
  plain_differs([](Case& c) { c.host()["AutoRemove"] = true; }, {"rm: none -> removal by the engine"});
  plain_differs([](Case& c) { c.host()["LogConfig"] = json::object{{"Type", "syslog"}}; },
                {"log_driver: none -> syslog"});
}

TEST_CASE("published ports are those of the spec") {
  plain_differs(
      [](Case& c) {
        c.host()["PortBindings"] =
            json::object{{"80/tcp", list_of(json::object{{"HostIp", ""}, {"HostPort", "8080"}})}};
      },
      {"ports: none -> *:8080:80/tcp"});
  plain_differs([](Case& c) { c.host()["PublishAllPorts"] = true; }, {"publish_all: none -> every exposed port"});
  full_differs([](Case& c) { c.host()["PortBindings"].as_object().erase("53/udp"); }, {"ports: *:53:53/udp -> none"});
  full_differs(
      [](Case& c) { c.host()["PortBindings"].as_object()["53/udp"].as_array()[0].as_object()["HostIp"] = "192.0.2.1"; },
      {"ports: *:53:53/udp -> none", "ports: none -> 192.0.2.1:53:53/udp"});
}

TEST_CASE("what few skills set is compared too") {
  const auto differs = [](const std::function<void(Case&)>& change, const Lines& expected) {
    Case c = Case::rare(all_paths.front());
    change(c);
    CHECK(text_of(c.differences()) == text_of(expected));
  };
  const auto host = [&](const char* key, json::value value, const std::string& expected) {
    CAPTURE(key);
    differs([&](Case& c) { c.host()[key] = value; }, {expected});
  };
  differs([](Case& c) { c.answer["Name"] = "/other"; }, {"name: skillrun-test-name -> other"});
  differs([](Case& c) { c.config()["Healthcheck"] = nullptr; },
          {"healthcheck: command true -> ", "healthcheck: interval 30000000000ns -> 0ns",
           "healthcheck: timeout 5000000000ns -> 0ns", "healthcheck: start period 60000000000ns -> 0ns",
           "healthcheck: retries 3 -> 0"});
  differs([](Case& c) { c.config()["ExposedPorts"] = nullptr; }, {"exposed_ports: 80/tcp -> none"});
  host("RestartPolicy", json::object{{"Name", "on-failure"}, {"MaximumRetryCount", 4}},
       "restart_policy: on-failure:3 -> on-failure:4");
  host("LogConfig", json::object{{"Type", "json-file"}, {"Config", json::object{{"max-size", "2m"}}}},
       "log_options: max-size=1m -> none\nlog_options: none -> max-size=2m");
  host("DeviceCgroupRules", nullptr, "device_cgroup_rules: c 1:3 r -> none");
  host("Runtime", "crun", "runtime: runc -> crun");
  host("Isolation", "hyperv", "isolation: default -> hyperv");
  host("CgroupParent", "/", "cgroup_parent: /skills -> /");
  host("PidMode", "", "pid_mode: host -> the engine's default");
  host("IpcMode", "private", "ipc_mode: shareable -> private");
  host("UTSMode", "", "uts_mode: host -> the engine's default");
  host("CgroupnsMode", "host", "cgroupns_mode: private -> host");
  host("VolumeDriver", "nfs", "volume_driver: local -> nfs");
  host("PublishAllPorts", false, "publish_all: every exposed port -> none");
  host("DnsOptions", nullptr, "dns_options: ndots:2 -> none");
  host("DnsSearch", list_of("example.com"), "dns_search: example.org -> none\ndns_search: none -> example.com");
  host("CpuPeriod", 0, "cpu_period: 100000 -> none");
  host("CpuQuota", 1, "cpu_quota: 50000 -> 1");
  host("CpuRealtimeRuntime", 1, "cpu_realtime_runtime: none -> 1");
  host("CpusetCpus", "", "cpuset_cpus: 0 -> any");
  host("CpusetMems", "1", "cpuset_mems: 0 -> 1");
  host("OomKillDisable", true, "oom_kill_disable: none -> protection from the out-of-memory killer");
  host("BlkioDeviceReadBps", nullptr, "device_read_bps: /dev/null:1048576 -> none");
  host("Annotations", json::object{{"run.oci.hooks", "x"}}, "annotations: none -> run.oci.hooks=x");
  host("VolumesFrom", list_of("other"), "volumes_from: none -> other");
  host("StorageOpt", json::object{{"size", "1G"}}, "storage_options: none -> size=1G");
  host("DeviceRequests", list_of(json::object{{"Driver", "cdi"}, {"DeviceIDs", list_of("vendor.com/class=name")}}),
       "cdi_devices: none -> vendor.com/class=name");
}

TEST_CASE("of an image's annotations only those that describe it are accepted") {
  for (const Captured& captured : all_paths) {
    if (!captured.podman) continue;
    Case c = Case::plain(captured);
    json::object& annotations = c.config()["Annotations"].as_object();
    annotations["org.opencontainers.image.base.name"] = "docker.io/library/busybox:1";
    CHECK(c.differences().empty());
    annotations["run.oci.handler"] = "krun";
    CHECK(c.differences() == Lines{"annotations: none -> run.oci.handler=krun"});
  }
}

TEST_CASE("the place on a network is compared") {
  const auto differs = [](json::object endpoint, const Lines& expected) {
    Case c = Case::plain(all_paths.front());
    c.spec.network_mode = declared(NetworkMode{NetworkKind::named, "lan"});
    c.spec.network_aliases = {declared(std::string("web"))};
    c.spec.network_driver_options = {declared(KeyValue{"a", "b"})};
    c.spec.ipv4_address = declared(std::string("10.0.0.5"));
    c.spec.mac_address = declared(std::string("02:42:ac:11:00:02"));
    c.spec.gateway_priority = declared(std::int64_t{2});
    c.spec.links = {declared(Link{"db", "database"})};
    c.host()["NetworkMode"] = "lan";
    c.host()["Links"] = list_of("/db:/own/database");
    c.answer["NetworkSettings"] = json::object{{"Networks", json::object{{"lan", std::move(endpoint)}}}};
    CHECK(text_of(c.differences()) == text_of(expected));
  };
  json::object right{{"Aliases", json::array{"web", "abcdef012345"}},
                     {"DriverOpts", json::object{{"a", "b"}}},
                     {"IPAMConfig", json::object{{"IPv4Address", "10.0.0.5"}}},
                     {"MacAddress", "02:42:ac:11:00:02"},
                     {"GwPriority", 2}};
  differs(right, {});
  const auto wrong = [&](const char* key, json::value value, const Lines& expected) {
    json::object endpoint = right;
    endpoint[key] = std::move(value);
    differs(std::move(endpoint), expected);
  };
  wrong("Aliases", nullptr, {"network_aliases: web -> none"});
  wrong("DriverOpts", nullptr, {"network_driver_options: a=b -> none"});
  wrong("IPAMConfig", json::object{{"IPv6Address", "2001:db8::1"}},
        {"ipv4_address: 10.0.0.5 -> any", "ipv6_address: none -> 2001:db8::1"});
  wrong("MacAddress", "", {"mac_address: 02:42:ac:11:00:02 -> any"});
  wrong("GwPriority", 1, {"gateway_priority: 2 -> 1"});
}

TEST_CASE("each member of a spec is compared, or not for a reason") {
  std::set<std::string_view> names;
  for (const VerifiedField& field : verified_fields()) {
    CAPTURE(field.name);
    CHECK(names.insert(field.name).second);
  }
  const auto expected = spec_field_names();
  CHECK(names == std::set<std::string_view>(expected.begin(), expected.end()));
}

TEST_CASE("a bind source that leads elsewhere than when it was admitted is found") {
  class Moved final : public HostView {
   public:
    std::optional<std::string> real_path(const std::string& path) const override {
      if (path == "/srv/swapped") return "/etc";
      if (path == "/srv/gone") return std::nullopt;
      return path;
    }
    std::optional<std::string> engine_socket() const override { return std::nullopt; }
    std::optional<std::uint32_t> uid() const override { return 1000; }
    bool reads_file_system() const override { return true; }
  };
  ContainerSpec spec = plain_spec();
  spec.mounts = {declared(bind_mount("/srv/steady", "/a")), declared(volume_mount("srv", "/b"))};
  CHECK(find_moved_sources(spec, Moved()).empty());
  spec.mounts.push_back(declared(bind_mount("/srv/swapped", "/c")));
  const Findings moved = find_moved_sources(spec, Moved());
  REQUIRE(moved.size() == 1);
  CHECK(moved.front().message == "'/srv/swapped' was moved while the container was made: it leads to '/etc' now");
  spec.mounts.back() = declared(bind_mount("/srv/gone", "/c"));
  CHECK(find_moved_sources(spec, Moved()).size() == 1);
  CHECK(find_moved_sources(spec, LexicalHost()).empty());
}

}  // namespace skillrun::test
