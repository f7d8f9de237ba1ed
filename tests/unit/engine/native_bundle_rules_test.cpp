// What holds for a bundle, whatever docker does.
#include <doctest/doctest.h>

#include "unit/engine/native_case.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace native_bundle_rules_test {

using Case = NativeCase;

TEST_CASE("every container is filtered but those that say otherwise and privileged ones without a profile") {
  const auto filtered = [](const Case& wanted) { return made(wanted).at("linux").as_object().contains("seccomp"); };
  Case one;
  CHECK(filtered(one));
  one.spec.privileged = declared(true);
  CHECK_FALSE(filtered(one));
  one.spec.security_opt = {word(R"(seccomp={"defaultAction": "SCMP_ACT_LOG"})")};
  CHECK(filtered(one));
  CHECK(made(one).at("linux").at("seccomp").at("defaultAction").as_string() == "SCMP_ACT_LOG");
  one.spec.security_opt.push_back(word("seccomp=unconfined"));
  CHECK_FALSE(filtered(one));  // the last one counts
  one.spec.security_opt = {word("seccomp=/some/file")};
  CHECK(refusal(one).contains("was not read"));
}

TEST_CASE("mounts nearer to the root come first, whatever their order") {
  Case some;
  some.spec.mounts = {declared(tmpfs_mount("/a/b/c")), declared(tmpfs_mount("/a")), declared(tmpfs_mount("/a/b"))};
  std::ptrdiff_t depth = 0;
  const json::object config = made(some);
  for (const json::value& mount : config.at("mounts").as_array()) {
    const auto here = std::ranges::count(mount.at("destination").as_string(), '/');
    CHECK(here >= depth);
    depth = here;
  }
}

TEST_CASE("a bind is made of what is handed in its source's place") {
  Case one;
  one.spec.mounts = {declared(bind_mount("/srv", "/a"))};
  one.run.aliases = {{"/srv", "/proc/self/fd/7"}};
  CHECK(mount_at(made(one), "/a").at("source").as_string() == "/proc/self/fd/7");
}

TEST_CASE("read-only binds are so with what is mounted below them, where that can be") {
  Case one;
  one.run.recursive_read_only = true;
  const auto options = [&](BindRecursion recursion) {
    one.spec.mounts = {declared(with(bind_mount("/srv", "/a"), &Mount::read_only, true, &Mount::recursion, recursion))};
    return json::serialize(mount_at(made(one), "/a").at("options"));
  };
  CHECK(options(BindRecursion::unset) == R"(["rbind","rro","rprivate"])");
  CHECK(options(BindRecursion::readonly) == R"(["rbind","rro","rprivate"])");
  CHECK(options(BindRecursion::writable) == R"(["rbind","ro","rprivate"])");
  CHECK(options(BindRecursion::disabled) == R"(["bind","ro","rprivate"])");
}

TEST_CASE("volumes of the image get their folders, once") {
  Case one;
  one.run.image.volumes = {"/data", "/cache"};
  one.spec.mounts = {declared(tmpfs_mount("/cache"))};
  CHECK(refusal(one).contains("/data"));
  one.run.volumes = {{"/data", "/volumes/1"}};
  const json::object config = made(one);
  CHECK(mount_at(config, "/data").at("source").as_string() == "/volumes/1");
  CHECK(mount_at(config, "/cache").at("type").as_string() == "tmpfs");
}

TEST_CASE("the command is put together as docker does") {
  const auto args = [](const Case& wanted) { return json::serialize(made(wanted).at("process").at("args")); };
  Case one;
  one.run.image.entrypoint = {"enter"};
  one.run.image.command = {"usual"};
  CHECK(args(one) == R"(["enter","usual"])");
  one.spec.command = {word("mine")};
  CHECK(args(one) == R"(["enter","mine"])");
  one.spec.entrypoint = word("other");
  CHECK(args(one) == R"(["other","mine"])");
  one.spec.command.clear();
  CHECK(args(one) == R"(["other"])");
  one.spec.entrypoint = word("");
  CHECK(refusal(one).contains("no command specified"));
  one.spec.init = declared(true);
  CHECK(refusal(one).contains("no command specified"));
  one.spec.init.reset();
  one.spec.command = {word("mine")};
  CHECK(args(one) == R"(["mine"])");
}

TEST_CASE("variables of the run are over all others") {
  Case one;
  one.run.image.env.emplace_back("LANG=C");
  one.spec.env = {declared(EnvironmentEntry{"LANG", "de"})};
  one.run.environment = {{"LANG", ""}};
  const std::string env = json::serialize(made(one).at("process").at("env"));
  CHECK(env.contains(R"("LANG=")"));
  CHECK_FALSE(env.contains("LANG=d"));
}

TEST_CASE("an init goes before the command, but not among the machine's processes") {
  Case one;
  one.spec.init = declared(true);
  one.spec.pid_mode = declared(namespace_of(NamespaceMode::host));
  CHECK_FALSE(mounts_at(made(one), "/sbin/docker-init"));
  one.spec.pid_mode.reset();
  CHECK(made(one).at("process").at("args").as_array().size() == 4);
  one.run.init_program.clear();
  CHECK(refusal(one).contains("tini"));
}

TEST_CASE("version 2 of control groups brings a namespace of its own") {
  Case one;
  one.run.unified_cgroups = true;
  CHECK(json::serialize(made(one).at("linux").at("namespaces")).contains("cgroup"));
  one.spec.cgroupns_mode = declared(namespace_of(NamespaceMode::host));
  CHECK_FALSE(json::serialize(made(one).at("linux").at("namespaces")).contains("cgroup"));
}

TEST_CASE("without an account of swap only memory is bounded") {
  Case one;
  one.run.swap_limit = false;
  one.spec.memory = declared(std::int64_t{1} << 20);
  CHECK(json::serialize(made(one).at("linux").at("resources").at("memory")) == R"({"limit":1048576})");
}

TEST_CASE("a setting that gave way is not written") {
  Case one;
  one.spec.memory = declared(std::int64_t{1} << 20);
  one.spec.pids_limit = declared(std::int64_t{5});
  one.run.without = {"memory"};
  const json::object config = made(one);
  const json::object& resources = config.at("linux").at("resources").as_object();
  CHECK_FALSE(resources.contains("memory"));
  CHECK(resources.contains("pids"));
}

TEST_CASE("AppArmor follows the profile that is asked for, or the usual one") {
  Case one;
  one.run.apparmor_profile = "usual";
  const auto profile = [&] { return made(one).at("process").at("apparmorProfile").as_string(); };
  CHECK(profile() == "usual");
  one.spec.privileged = declared(true);
  CHECK(profile() == "unconfined");
  one.spec.security_opt = {word("apparmor=strict")};
  CHECK(profile() == "strict");
  one.run.apparmor_profile.clear();
  CHECK(refusal(one).contains("AppArmor"));
  one.spec.security_opt = {word("apparmor=unconfined")};
  CHECK_FALSE(made(one).at("process").as_object().contains("apparmorProfile"));
}

TEST_CASE("a terminal has its size from the first moment") {
  Case one;
  one.run.tty = true;
  one.run.terminal_size = TerminalSize{.rows = 24, .columns = 80};
  CHECK(json::serialize(made(one).at("process").at("consoleSize")) == R"({"height":24,"width":80})");
}

TEST_CASE("bytes that a runtime would cut short or not read are refused") {
  Case one;
  one.run.image.env.emplace_back(std::string("A=\0b", 4));
  CHECK(refusal(one).contains("not text at /process/env"));
  one.run.image.env.back() = "A=\xff";
  CHECK(refusal(one).contains("not text at /process/env"));
  one.run.image.env.pop_back();
  one.run.image.working_dir = "relative";
  CHECK(refusal(one).contains("absolute"));
}

TEST_CASE("a folder of devices gives each of them") {
  Case one;
  one.spec.devices = {device("/dev/folder", "/dev/other")};
  CHECK(made(one).at("linux").at("devices").at(0).at("path").as_string() == "/dev/other/one");
  one.spec.devices = {device("/dev/absent", "/dev/absent")};
  CHECK(refusal(one) == "/dev/absent is not a device");
  one.spec.devices.clear();
  one.spec.device_read_bps = {declared(DeviceRate{"/dev/null", 1})};
  CHECK(refusal(one).contains("not a block device"));
}

TEST_CASE("this machine's devices are found") {
  const MachineDevices machine;
  const auto null = machine.at("/dev/null");
  REQUIRE(null);
  CHECK(null->size() == 1);
  CHECK(null->front().major == 1);
  CHECK(null->front().minor == 3);
  CHECK_FALSE(machine.at("/etc"));
  CHECK_FALSE(machine.at("/nowhere"));
  const auto all = machine.all();
  REQUIRE(all);
  CHECK(std::ranges::find(*all, "/dev/null", &HostDevice::path) != all->end());
  CHECK(std::ranges::none_of(*all, [](const auto& one) { return one.path.starts_with("/dev/pts/"); }));
}

}  // namespace native_bundle_rules_test
