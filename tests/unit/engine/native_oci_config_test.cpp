// golden/docker_oci_configs.json holds what dockerd 20.10.24 gave its runtime for the options that stand beside each
// name below: without hooks and seccomp, and with names of containers, folders and the machine exchanged.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <map>
#include <set>

#include "spec/setting_json.hpp"
#include "support/read_file.hpp"
#include "unit/engine/native_case.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace native_oci_config_test {

using Case = NativeCase;

const json::object& dockers_configs() {
  static const json::object configs = [] {
    const std::string path = std::string(SKILLRUN_SOURCE_DIR) + "/tests/unit/engine/golden/docker_oci_configs.json";
    return json::parse(read_file(path, std::size_t{1} << 20).value()).as_object();
  }();
  return configs;
}

std::string key_of(const json::value& entry) {
  if (const auto* const object = entry.if_object()) {
    if (const auto* const target = object->if_contains("destination")) return json::serialize(*target);
  }
  return json::serialize(entry);
}

/// Lists of which the order has no meaning.
void sort_list(json::value& value) {
  auto& list = value.as_array();
  std::vector<json::value> entries(list.begin(), list.end());
  std::ranges::sort(entries, {}, key_of);
  value = json::array(entries.begin(), entries.end());
}

void sort_lists(json::object& config) {
  for (json::value& mount : config["mounts"].as_array()) {
    // Flags may stand in any order.
    if (mount.as_object()["type"] == "cgroup") sort_list(mount.as_object()["options"]);
  }
  sort_list(config["mounts"]);
  sort_list(config["process"].as_object()["env"]);
  sort_list(config["linux"].as_object()["namespaces"]);
}

void erase_if_equal(json::object& object, std::string_view name, const json::value& value) {
  if (const auto* const member = object.if_contains(name); member != nullptr && *member == value) object.erase(name);
}

/// Docker's config as ours would be: every difference that is meant is a line here.
json::object expected(std::string_view name, const NativeRun& run) {
  json::object config = dockers_configs().at(name).as_object();
  json::object& process = config["process"].as_object();
  json::object& linux_part = config["linux"].as_object();
  json::object& resources = linux_part["resources"].as_object();
  config["ociVersion"] = "1.0.2";
  // Numbers that mean nothing.
  erase_if_equal(process, "oomScoreAdj", 0);
  erase_if_equal(resources["blockIO"].as_object(), "weight", 0);
  erase_if_equal(resources["cpu"].as_object(), "shares", 0);
  erase_if_equal(resources["memory"].as_object(), "disableOOMKiller", false);
  for (const char* part : {"blockIO", "cpu", "memory"}) erase_if_equal(resources, part, json::object());
  // A runtime adds HOME by itself.
  bool has_home = false;
  for (const json::value& variable : process["env"].as_array()) has_home |= variable.as_string().starts_with("HOME=");
  if (!has_home) process["env"].as_array().emplace_back("HOME=" + run.who.home);
  // Later versions hide more.
  if (auto* const masked = linux_part.if_contains("maskedPaths")) {
    masked->as_array().emplace_back("/sys/devices/virtual/powercap");
    masked->as_array().emplace_back("/proc/interrupts");
  }
  // docker makes the machine's network one of its own by a path; no namespace is the same without the detour.
  auto& namespaces = linux_part["namespaces"].as_array();
  for (auto* entry = namespaces.begin(); entry != namespaces.end();) {
    entry = entry->as_object().contains("path") ? namespaces.erase(entry) : entry + 1;
  }
  // A volume is as private as a bind.
  for (json::value& mount : config["mounts"].as_array()) {
    const bool volume = mount.as_object()["source"].as_string().starts_with("/volumes/");
    if (volume) mount.as_object()["options"].as_array().emplace_back("rprivate");
  }
  // docker names a group twice.
  std::set<std::int64_t> seen;
  json::array groups;
  for (const json::value& group : process["user"].as_object()["additionalGids"].as_array()) {
    if (seen.insert(group.to_number<std::int64_t>()).second) groups.push_back(group);
  }
  process["user"].as_object()["additionalGids"] = std::move(groups);
  sort_lists(config);
  return config;
}

/// Every value by its JSON pointer. Objects and lists without content are values.
void flatten(const json::value& value, const std::string& pointer, std::map<std::string, std::string>& into) {
  const auto* const object = value.if_object();
  const auto* const list = value.if_array();
  if (object != nullptr) {
    for (const auto& [name, member] : *object) flatten(member, pointer + "/" + std::string(name), into);
  } else if (list != nullptr) {
    for (std::size_t i = 0; i < list->size(); ++i) flatten((*list)[i], pointer + "/" + std::to_string(i), into);
  }
  if ((object == nullptr || object->empty()) && (list == nullptr || list->empty())) {
    into[pointer] = json::serialize(value);
  }
}

/// What differs, a line for each value.
std::string differences(const json::object& ours, const json::object& theirs) {
  std::map<std::string, std::string> our_values;
  std::map<std::string, std::string> their_values;
  flatten(ours, "", our_values);
  flatten(theirs, "", their_values);
  std::set<std::string> places;
  for (const auto& [place, value] : our_values) places.insert(place);
  for (const auto& [place, value] : their_values) places.insert(place);
  std::string lines;
  for (const std::string& place : places) {
    const std::string our_value = our_values[place];
    const std::string their_value = their_values[place];
    if (our_value != their_value) lines += fmt::format("{}: '{}', docker '{}'\n", place, our_value, their_value);
  }
  return lines;
}

void check(std::string_view name, const Case& wanted) {
  CAPTURE(std::string(name));
  auto made = wanted.run.config(wanted.spec);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
  (*made)["linux"].as_object().erase("seccomp");
  sort_lists(*made);
  CHECK(differences(*made, expected(name, wanted.run)) == "");
}

TEST_CASE("a container without settings is docker's") { check("plain", {}); }

TEST_CASE("users other than root are docker's: with capabilities in the bounding set alone") {
  Case named;  // -u skill --group-add 55 --group-add audio
  named.run.who = {.uid = 1234, .gid = 1234, .groups = {1234, 44, 55}, .home = "/home/skill"};
  check("named_user", named);
  Case with_group;  // -u 1234:44
  with_group.run.who = {.uid = 1234, .gid = 44, .groups = {44}, .home = "/home/skill"};
  check("user_and_group", with_group);
  Case unknown;  // -u 4321
  unknown.run.who = {.uid = 4321, .gid = 0, .groups = {0}, .home = "/"};
  check("unknown_number", unknown);
}

TEST_CASE("capabilities are docker's") {
  Case some;  // --cap-add NET_ADMIN --cap-drop CHOWN
  some.spec.cap_add = {word("NET_ADMIN")};
  some.spec.cap_drop = {word("CHOWN")};
  check("capabilities", some);
  Case one;  // -u 1234 --cap-drop ALL --cap-add NET_BIND_SERVICE
  one.run.who = {.uid = 1234, .gid = 1234, .groups = {1234, 44}, .home = "/home/skill"};
  one.spec.cap_drop = {word("ALL")};
  one.spec.cap_add = {word("NET_BIND_SERVICE")};
  check("none_but_one", one);
  Case all;  // --cap-add ALL --cap-drop SYS_ADMIN
  all.run.capabilities.clear();
  for (const json::value& name :
       dockers_configs().at("privileged").at("process").at("capabilities").at("bounding").as_array()) {
    all.run.capabilities.emplace_back(name.as_string().subview(4));
  }
  all.spec.cap_add = {word("ALL")};
  all.spec.cap_drop = {word("SYS_ADMIN")};
  check("all_but_one", all);
  Case privileged;  // --privileged --read-only -u 1234
  privileged.run.capabilities = all.run.capabilities;
  privileged.run.who = one.run.who;
  privileged.spec.privileged = declared(true);
  privileged.spec.readonly_rootfs = declared(true);
  check("privileged", privileged);
}

TEST_CASE("limits are docker's") {
  // -m 64m --memory-swap 96m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --pids-limit 100 --shm-size 8m
  // --oom-score-adj 100 --ulimit nofile=64:128 --ulimit core=-1 --cpuset-cpus 0 --cpuset-mems 0 --memory-swappiness 10
  // --oom-kill-disable
  constexpr std::int64_t mebi = 1 << 20;
  Case limits;
  limits.spec.memory = declared(64 * mebi);
  limits.spec.memory_swap = declared(96 * mebi);
  limits.spec.memory_reservation = declared(32 * mebi);
  limits.spec.nano_cpus = declared(std::int64_t{500'000'000});
  limits.spec.cpu_shares = declared(std::int64_t{512});
  limits.spec.pids_limit = declared(std::int64_t{100});
  limits.spec.shm_size = declared(8 * mebi);
  limits.spec.oom_score_adj = declared(std::int64_t{100});
  limits.spec.ulimits = {declared(Ulimit{"core", -1, -1}), declared(Ulimit{"nofile", 64, 128})};
  limits.spec.cpuset_cpus = word("0");
  limits.spec.cpuset_mems = word("0");
  limits.spec.memory_swappiness = declared(std::int64_t{10});
  limits.spec.oom_kill_disable = declared(true);
  check("resources", limits);
  // -m 64m --cpu-quota 50000 --cpu-period 200000 --device-read-bps /dev/vda:1mb --device-write-iops /dev/vda:100
  Case throttled;
  throttled.spec.memory = declared(64 * mebi);
  throttled.spec.cpu_quota = declared(std::int64_t{50000});
  throttled.spec.cpu_period = declared(std::int64_t{200000});
  throttled.spec.device_read_bps = {declared(DeviceRate{"/dev/vda", mebi})};
  throttled.spec.device_write_iops = {declared(DeviceRate{"/dev/vda", 100})};
  check("throttled", throttled);
  Case swap;  // -m 64m --memory-swap -1 --pids-limit -1
  swap.spec.memory = declared(64 * mebi);
  swap.spec.memory_swap = declared(std::int64_t{-1});
  swap.spec.pids_limit = declared(std::int64_t{-1});
  check("unlimited_swap", swap);
}

TEST_CASE("namespaces are docker's") {
  Case shared;  // --network host --pid host --ipc host --uts host --cgroupns host
  shared.spec.network_mode = declared(NetworkMode{NetworkKind::host, ""});
  shared.spec.pid_mode = declared(namespace_of(NamespaceMode::host));
  shared.spec.ipc_mode = declared(namespace_of(NamespaceMode::host));
  shared.spec.uts_mode = declared(namespace_of(NamespaceMode::host));
  shared.spec.cgroupns_mode = declared(namespace_of(NamespaceMode::host));
  check("of_the_machine", shared);
  Case own;  // --cgroupns private --ipc none
  own.spec.cgroupns_mode = declared(namespace_of(NamespaceMode::private_));
  own.spec.ipc_mode = declared(namespace_of(NamespaceMode::none));
  check("own_namespaces", own);
}

TEST_CASE("mounts are docker's") {
  // -v /srv:/a:ro -v /srv:/deep/b --mount type=bind,source=/srv,target=/c,bind-nonrecursive=true
  // --tmpfs /t:size=1048576,mode=1777,exec --tmpfs /u:ro -v vol:/v --mount type=volume,source=vol,target=/v2,readonly
  // -v /anon
  Case some;
  some.run.volumes = {{"/v", "/volumes/vol"}, {"/v2", "/volumes/vol"}, {"/anon", "/volumes/anon"}};
  some.spec.mounts = {
      declared(with(bind_mount("/srv", "/a"), &Mount::read_only, true)),
      declared(bind_mount("/srv", "/deep/b")),
      declared(with(bind_mount("/srv", "/c"), &Mount::recursion, BindRecursion::disabled)),
      declared(with(tmpfs_mount("/t"), &Mount::tmpfs_size, 1 << 20, &Mount::tmpfs_mode, 01777, &Mount::tmpfs_options,
                    "exec")),
      declared(with(tmpfs_mount("/u"), &Mount::read_only, true)),
      declared(volume_mount("vol", "/v")),
      declared(with(volume_mount("vol", "/v2"), &Mount::read_only, true)),
      declared(volume_mount("", "/anon")),
  };
  check("mounts", some);
  Case over;  // -v /srv:/dev/shm -v /etc/hosts:/etc/hosts --tmpfs /run --tmpfs /sys/fs/cgroup
  over.spec.mounts = {declared(bind_mount("/srv", "/dev/shm")), declared(bind_mount("/etc/hosts", "/etc/hosts")),
                      declared(tmpfs_mount("/run")), declared(tmpfs_mount("/sys/fs/cgroup"))};
  check("over_defaults", over);
  Case over_dev;  // -v /srv:/dev
  over_dev.spec.mounts = {declared(bind_mount("/srv", "/dev"))};
  check("over_dev", over_dev);
}

TEST_CASE("the process is docker's") {
  // -h myhost --domainname dom.example --read-only --init -t -e A=b -e PATH=/x -e HOME=/q -e GONE
  // --sysctl kernel.msgmax=65000 --sysctl net.ipv4.ip_unprivileged_port_start=80 -w /work/dir --entrypoint /bin/echo
  // IMAGE hello world
  Case process;
  process.run.tty = true;
  process.run.image.entrypoint = {"/of/image"};
  process.run.image.env.emplace_back("GONE=1");
  process.spec.hostname = word("myhost");
  process.spec.domainname = word("dom.example");
  process.spec.readonly_rootfs = declared(true);
  process.spec.init = declared(true);
  process.spec.env = {declared(EnvironmentEntry{"A", "b"}), declared(EnvironmentEntry{"PATH", "/x"}),
                      declared(EnvironmentEntry{"HOME", "/q"}), declared(EnvironmentEntry{"GONE", std::nullopt, true})};
  process.spec.sysctls = {declared(KeyValue{"kernel.msgmax", "65000"}),
                          declared(KeyValue{"net.ipv4.ip_unprivileged_port_start", "80"})};
  process.spec.working_dir = word("/work/dir");
  process.spec.entrypoint = word("/bin/echo");
  process.spec.command = {word("hello"), word("world")};
  check("process", process);
}

TEST_CASE("devices and open paths are docker's") {
  Case some;  // --device /dev/null:/dev/nothing:r --device /dev/fuse --device-cgroup-rule 'c 7:* rmw'
  some.spec.devices = {device("/dev/null", "/dev/nothing", "r"), device("/dev/fuse", "/dev/fuse")};
  some.spec.device_cgroup_rules = {word("c 7:* rmw")};
  check("devices", some);
  Case
      open;  // --security-opt no-new-privileges --security-opt systempaths=unconfined --security-opt seccomp=unconfined
  open.spec.no_new_privileges = declared(true);
  open.spec.security_opt = {word("systempaths=unconfined"), word("seccomp=unconfined")};
  check("open", open);
  CHECK_FALSE(made(open).at("linux").as_object().contains("seccomp"));
}

}  // namespace native_oci_config_test
