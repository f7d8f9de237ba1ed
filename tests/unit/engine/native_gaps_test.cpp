#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "engine/native/bundle/bundle_rows.hpp"
#include "spec/schema.hpp"
#include "unit/engine/native_context.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace native_gaps_test {

using Names = std::vector<std::string>;

Names settings(const ContainerSpec& spec, const NativeAbilities& can = able_machine()) {
  Names names;
  for (const EngineGap& gap : native_gaps(spec, can)) names.push_back(gap.setting);
  return names;
}

/// The reasons, in lines.
std::string reasons(const ContainerSpec& spec, const NativeAbilities& can = able_machine()) {
  std::string text;
  for (const EngineGap& gap : native_gaps(spec, can)) text += gap.text() + "\n";
  return text;
}

ContainerSpec with_mount(const Mount& mount) {
  ContainerSpec spec = native_spec();
  spec.mounts = {declared(mount)};
  return spec;
}

Setting<std::string> word(std::string text) { return declared(std::move(text)); }

TEST_CASE("every setting is written into a config, or refused, or dealt with elsewhere for a reason") {
  std::set<std::string_view> known;
  for (const BundleRow& row : bundle_rows()) {
    CAPTURE(std::string(row.setting));
    CHECK(find_setting(row.setting) != nullptr);
    CHECK(known.insert(row.setting).second);
    CHECK((row.write != nullptr || row.gaps != nullptr || !row.elsewhere.empty()));
    CHECK((row.write == nullptr || row.elsewhere.empty()));
  }
  for (const SettingRow& row : schema()) {
    if (row.member.name.empty()) continue;
    CAPTURE(std::string(row.member.name));
    CHECK(known.contains(row.member.name));
  }
}

TEST_CASE("what has no place in a config and no reason is a gap whatever its value") {
  const Names full = settings(full_spec());
  const Names rare = settings(rare_spec());
  std::set<std::string, std::less<>> set;
  for (const ContainerSpec& spec : {full_spec(), rare_spec()}) {
    for (const SpecField& field : spec_fields(spec)) set.emplace(field.name);
  }
  for (const BundleRow& row : bundle_rows()) {
    if (row.write != nullptr || !row.elsewhere.empty() || !set.contains(row.setting)) continue;
    CAPTURE(std::string(row.setting));
    const auto among = [&](const Names& names) { return std::ranges::find(names, row.setting) != names.end(); };
    CHECK((among(full) || among(rare)));
  }
}

TEST_CASE("an ordinary skill has no gaps on an ordinary machine") {
  ContainerSpec spec = full_spec();
  spec.network_mode = declared(NetworkMode{NetworkKind::none, ""});
  spec.gpus.reset();
  spec.ports.clear();
  CHECK(reasons(spec) == "");
}

TEST_CASE("networks other than none and the machine's are for other engines") {
  ContainerSpec spec = native_spec();
  CHECK(settings(spec).empty());
  spec.network_mode = declared(NetworkMode{NetworkKind::host, ""});
  CHECK(settings(spec).empty());
  for (const auto kind : {NetworkKind::bridge, NetworkKind::named, NetworkKind::container, NetworkKind::path}) {
    spec.network_mode = declared(NetworkMode{kind, "x"});
    CHECK(settings(spec) == Names{"network_mode"});
  }
  CHECK(reasons(spec).contains("use docker or podman"));
  spec.network_mode.reset();
  CHECK(settings(spec) == Names{"network_mode"});
}

TEST_CASE("a limit that nothing would enforce refuses, and gives way where only a policy asked for it") {
  ContainerSpec spec = native_spec();
  spec.memory = declared(std::int64_t{1} << 20);
  spec.pids_limit = defaulted(std::int64_t{100});
  NativeAbilities can = able_machine();
  can.memory = false;
  can.pids = false;
  const auto gaps = native_gaps(spec, can);
  REQUIRE(gaps.size() == 2);
  CHECK_FALSE(gaps[0].gives_way);
  CHECK(gaps[1].gives_way);
  spec.memory = declared(std::int64_t{0});
  spec.pids_limit = declared(std::int64_t{-1});
  CHECK(settings(spec, can).empty());
}

TEST_CASE("every controller is asked for") {
  struct Row {
    bool NativeAbilities::* ability;
    Names lost;
  };
  ContainerSpec spec = native_spec();
  for (const auto* from : {"full", "rare"}) {
    const ContainerSpec source = std::string_view(from) == "full" ? full_spec() : rare_spec();
    if (source.memory) spec.memory = source.memory;
    if (source.memory_swap) spec.memory_swap = source.memory_swap;
    if (source.cpu_shares) spec.cpu_shares = source.cpu_shares;
    if (source.cpuset_cpus) spec.cpuset_cpus = source.cpuset_cpus;
    if (source.memory_swappiness) spec.memory_swappiness = source.memory_swappiness;
    if (source.cpu_realtime_period) spec.cpu_realtime_period = source.cpu_realtime_period;
    if (source.pids_limit) spec.pids_limit = source.pids_limit;
    if (source.blkio_weight) spec.blkio_weight = source.blkio_weight;
    if (!source.device_read_bps.empty()) spec.device_read_bps = source.device_read_bps;
  }
  spec.oom_kill_disable = declared(true);
  spec.init = declared(true);
  CHECK(settings(spec).empty());
  for (const Row& row : {Row{&NativeAbilities::memory, {"memory"}},
                         {&NativeAbilities::swap, {"memory_swap"}},
                         {&NativeAbilities::swappiness, {"memory_swappiness"}},
                         {&NativeAbilities::oom_kill_disable, {"oom_kill_disable"}},
                         {&NativeAbilities::cpu, {"cpu_shares"}},
                         {&NativeAbilities::cpu_realtime, {"cpu_realtime_period"}},
                         {&NativeAbilities::cpuset, {"cpuset_cpus"}},
                         {&NativeAbilities::pids, {"pids_limit"}},
                         {&NativeAbilities::block_io, {"device_read_bps"}},
                         {&NativeAbilities::block_io_weight, {"blkio_weight"}},
                         {&NativeAbilities::seccomp, {"security_opt"}},
                         {&NativeAbilities::seccomp_profile, {"security_opt"}},
                         {&NativeAbilities::device_rules, {"devices"}},
                         {&NativeAbilities::init_program, {"init"}}}) {
    NativeAbilities can = able_machine();
    can.*row.ability = false;
    CHECK(settings(spec, can) == row.lost);
  }
}

TEST_CASE("without a filter for system calls only those run who said so") {
  ContainerSpec spec = native_spec();
  NativeAbilities can = able_machine();
  can.seccomp_profile = false;
  CHECK(reasons(spec, can).contains("golang-github-containers-common"));
  spec.security_opt = {word("seccomp={}")};
  CHECK(settings(spec, can).empty());
  can.seccomp = false;
  CHECK(settings(spec, can) == Names{"security_opt"});
  spec.security_opt = {word("seccomp=unconfined")};
  CHECK(settings(spec, can).empty());
}

TEST_CASE("without a control group for devices nobody may make nodes") {
  ContainerSpec spec = native_spec();
  NativeAbilities can = able_machine();
  can.device_rules = false;
  CHECK(reasons(spec, can).contains("MKNOD"));
  spec.cap_drop = {word("MKNOD")};
  CHECK(settings(spec, can).empty());
  spec.devices = {declared(Device{"/dev/null", "/dev/null", "r"})};
  CHECK(settings(spec, can) == Names{"devices"});
}

TEST_CASE("security options that are not understood refuse") {
  ContainerSpec spec = native_spec();
  for (const char* option : {"label=type:x_t", "writable-cgroups=true", "mask=/proc/x", "unmask=ALL", "other=1",
                             "seccomp=/some/file", "systempaths=other"}) {
    CAPTURE(option);
    spec.security_opt = {word(option)};
    CHECK(settings(spec) == Names{"security_opt"});
  }
  for (const char* option : {"label=disable", "label:disable", "writable-cgroups=false", "seccomp=builtin",
                             "seccomp:unconfined", "apparmor=docker-default", "systempaths=unconfined"}) {
    CAPTURE(option);
    spec.security_opt = {word(option)};
    CHECK(settings(spec).empty());
  }
  NativeAbilities can = able_machine();
  can.apparmor = false;
  spec.security_opt = {word("apparmor=docker-default")};
  CHECK(settings(spec, can) == Names{"security_opt"});
  spec.security_opt = {word("apparmor=unconfined")};
  CHECK(settings(spec, can).empty());
}

TEST_CASE("what the process itself may not do refuses") {
  ContainerSpec spec = native_spec();
  spec.ulimits = {declared(Ulimit{"nofile", 64, 2048})};
  spec.oom_score_adj = declared(std::int64_t{-100});
  spec.cap_add = {word("SYS_TIME")};
  NativeAbilities can = able_machine();
  CHECK(settings(spec, can) == Names{"cap_add"});
  std::erase(can.capabilities, "SYS_RESOURCE");
  can.hard_limits = {{"nofile", 1024}};
  CHECK(settings(spec, can) == Names{"cap_add", "oom_score_adj", "ulimits"});
  spec.cap_add.clear();
  can.oom_score_adj = -100;
  can.hard_limits = {{"nofile", -1}};
  CHECK(settings(spec, can).empty());
  spec.ulimits = {declared(Ulimit{"nofile", -1, -1})};
  CHECK(settings(spec, can).empty());
  can.hard_limits = {{"nofile", 1 << 20}};
  CHECK(settings(spec, can) == Names{"ulimits"});
}

TEST_CASE("without root there are no devices and no privileges") {
  ContainerSpec spec = native_spec();
  NativeAbilities can = able_machine();
  can.rootless = true;
  CHECK(settings(spec, can).empty());
  spec.privileged = declared(true);
  spec.devices = {declared(Device{"/dev/null", "/dev/null", "r"})};
  spec.device_cgroup_rules = {word("c 1:3 r")};
  spec.cgroup_parent = word("/skills");
  CHECK(settings(spec, can) == Names{"privileged", "devices", "device_cgroup_rules", "cgroup_parent"});
}

TEST_CASE("namespaces of others cannot be joined") {
  ContainerSpec spec = native_spec();
  spec.pid_mode = declared(namespace_of(NamespaceMode::container, "other"));
  spec.ipc_mode = declared(namespace_of(NamespaceMode::path, "/proc/1/ns/ipc"));
  spec.uts_mode = declared(namespace_of(NamespaceMode::path, "/proc/1/ns/uts"));
  spec.userns_mode = declared(namespace_of(NamespaceMode::path, "/proc/1/ns/user"));
  spec.cgroupns_mode = declared(namespace_of(NamespaceMode::path, "/proc/1/ns/cgroup"));
  CHECK(settings(spec) == Names{"pid_mode", "ipc_mode", "uts_mode", "userns_mode", "cgroupns_mode"});
}

TEST_CASE("what would change the machine whose namespace is shared refuses") {
  ContainerSpec spec = native_spec();
  spec.uts_mode = declared(namespace_of(NamespaceMode::host));
  spec.hostname = word("x");
  spec.domainname = word("x");
  spec.network_mode = declared(NetworkMode{NetworkKind::host, ""});
  spec.ipc_mode = declared(namespace_of(NamespaceMode::host));
  spec.sysctls = {declared(KeyValue{"net.ipv4.ip_forward", "1"}), declared(KeyValue{"kernel.msgmax", "1"})};
  CHECK(settings(spec) == Names{"hostname", "domainname", "sysctls", "sysctls"});
}

TEST_CASE("mounts that nobody here can make refuse") {
  CHECK(settings(with_mount(with(bind_mount("/a", "/a"), &Mount::propagation, Propagation::rshared))) ==
        Names{"mounts"});
  CHECK(settings(with_mount(with(volume_mount("v", "/v"), &Mount::driver, "nfs"))) == Names{"mounts"});
  CHECK(settings(with_mount(with(volume_mount("v", "/v"), &Mount::driver_options,
                                 std::vector<KeyValue>{{"type", "nfs"}}))) == Names{"mounts"});
  CHECK(settings(with_mount(with(bind_mount("/a", "/a"), &Mount::subpath, "b"))) == Names{"mounts"});
  CHECK(settings(with_mount(with(volume_mount("v", "/v"), &Mount::subpath, "b"))) == Names{"mounts"});
  CHECK(settings(with_mount(with(volume_mount("v", "/v"), &Mount::driver, "local", &Mount::nocopy, true))).empty());
  NativeAbilities can = able_machine();
  can.recursive_read_only = false;
  const Mount deep = with(bind_mount("/a", "/a"), &Mount::read_only, true, &Mount::recursion, BindRecursion::readonly);
  CHECK(settings(with_mount(deep)).empty());
  CHECK(settings(with_mount(deep), can) == Names{"mounts"});
  can.selinux = true;
  CHECK(settings(with_mount(with(bind_mount("/a", "/a"), &Mount::relabel, Relabel::shared)), can) == Names{"mounts"});
  ContainerSpec twice = with_mount(tmpfs_mount("/t"));
  twice.mounts.push_back(twice.mounts.front());
  CHECK(reasons(twice).contains("two mounts"));
}

TEST_CASE("limits that contradict each other refuse") {
  ContainerSpec spec = native_spec();
  spec.memory = declared(std::int64_t{2} << 20);
  spec.memory_swap = declared(std::int64_t{1} << 20);
  spec.memory_reservation = declared(std::int64_t{3} << 20);
  spec.nano_cpus = declared(std::int64_t{1});
  spec.cpu_quota = declared(std::int64_t{1});
  CHECK(settings(spec) == Names{"memory_swap", "memory_reservation", "nano_cpus"});
  spec.memory.reset();
  CHECK(settings(spec) == Names{"memory_swap", "nano_cpus"});
}

TEST_CASE("what a runtime would read out of an annotation refuses") {
  ContainerSpec spec = native_spec();
  spec.annotations = {declared(KeyValue{"note", "x"})};
  CHECK(settings(spec).empty());
  spec.annotations.push_back(declared(KeyValue{"run.oci.keep_original_groups", "1"}));
  CHECK(settings(spec) == Names{"annotations"});
}

TEST_CASE("another runtime than the engine's refuses") {
  ContainerSpec spec = native_spec();
  spec.runtime = word("crun");
  CHECK(settings(spec).empty());
  spec.runtime = word("runsc");
  CHECK(reasons(spec).contains("native:runsc"));
}

}  // namespace native_gaps_test
