// What a container runs as, how much it may use, and what few skills set.
#include <cstdint>
#include <limits>

#include <skillrun/host_view.hpp>

#include "unit/run/verify_cases.hpp"

namespace skillrun::test {

namespace {

using skillrun::testing::defaulted;

}  // namespace

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
  full_differs([](Case& c) { c.config()["StopTimeout"] = 10; }, {"stop_timeout: 7 -> 10"});
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
  full_differs([](Case& c) { c.host()["Memory"] = std::numeric_limits<std::int64_t>::min(); },
               {"memory: 67108864 -> none"});
  full_differs([](Case& c) { c.host()["MemorySwap"] = -1; }, {"memory_swap: 100663296 -> none"});
  full_differs([](Case& c) { c.host()["NanoCpus"] = 0; }, {"nano_cpus: 500000000 -> none"});
  full_differs([](Case& c) { c.host()["PidsLimit"] = nullptr; }, {"pids_limit: 100 -> none"});
  full_differs([](Case& c) { c.host()["ShmSize"] = 1; }, {"shm_size: 8388608 -> 1"});
  full_differs([](Case& c) { c.host()["OomScoreAdj"] = -500; }, {"oom_score_adj: 100 -> -500"});
  plain_differs([](Case& c) { c.host()["OomScoreAdj"] = -500; }, {"oom_score_adj: 0 -> -500"});
  plain_differs([](Case& c) { c.host()["OomKillDisable"] = true; }, {"oom_kill_disable: none -> true"});
  full_differs([](Case& c) { c.host()["Ulimits"].as_array()[0].as_object()["Hard"] = 4096; },
               {"ulimits: nofile=64:128 -> nofile=64:4096"});
  full_differs([](Case& c) { c.host()["Ulimits"] = nullptr; }, {"ulimits: nofile=64:128 -> none"});

  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    c.host()["PidsLimit"] = 0;
    const auto severities = [&] {
      std::vector<Severity> found;
      const auto approved = skillrun::testing::approved(c.spec);
      for (const Finding& finding : verify(approved, c.order(), c.made(), LexicalHost())) {
        found.push_back(finding.severity);
      }
      return found;
    };
    CHECK(severities() == std::vector{Severity::error});
    c.spec.pids_limit = defaulted(std::int64_t{100});
    CHECK(severities() == std::vector{Severity::info});
    // A limit that is there must be the right one, whoever asked for it.
    c.host()["PidsLimit"] = 100000;
    CHECK(severities() == std::vector{Severity::error});
  }
}

TEST_CASE("a restart policy, removal by the engine and a log are refused") {
  plain_differs([](Case& c) { c.host()["RestartPolicy"] = json::object{{"Name", "always"}}; },
                {"restart_policy: none -> always"});
  plain_differs([](Case& c) { c.host()["AutoRemove"] = true; }, {"rm: none -> removal by the engine"});
  plain_differs([](Case& c) { c.host()["LogConfig"] = json::object{{"Type", "syslog"}}; },
                {"log_driver: none -> syslog"});
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
  host("IpcMode", "private", "ipc_mode: shareable -> the engine's default");
  host("UTSMode", "", "uts_mode: host -> the engine's default");
  host("CgroupnsMode", "host", "cgroupns_mode: private -> host");
  host("VolumeDriver", "nfs", "volume_driver: local -> nfs");
  host("PublishAllPorts", false, "publish_all: true -> false");
  host("DnsOptions", nullptr, "dns_options: ndots:2 -> none");
  host("DnsSearch", list_of("example.com"), "dns_search: example.org -> none\ndns_search: none -> example.com");
  host("CpuPeriod", 0, "cpu_period: 100000 -> none");
  host("CpuQuota", 1, "cpu_quota: 50000 -> 1");
  host("CpuRealtimeRuntime", 1, "cpu_realtime_runtime: none -> 1");
  host("CpusetCpus", "", "cpuset_cpus: 0 -> none");
  host("CpusetMems", "1", "cpuset_mems: 0 -> 1");
  host("OomKillDisable", true, "oom_kill_disable: none -> true");
  host("BlkioDeviceReadBps", nullptr, "device_read_bps: /dev/null:1048576 -> none");
  host("Annotations", json::object{{"run.oci.hooks", "x"}}, "annotations: none -> run.oci.hooks=x");
  host("VolumesFrom", list_of("other"), "volumes_from: none -> other");
  host("StorageOpt", json::object{{"size", "1G"}}, "storage_options: none -> size=1G");
  host("DeviceRequests", list_of(json::object{{"Driver", "cdi"}, {"DeviceIDs", list_of("vendor.com/class=name")}}),
       "cdi_devices: none -> vendor.com/class=name");
}

}  // namespace skillrun::test
