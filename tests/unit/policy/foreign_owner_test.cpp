// Folders that belong to somebody else than the caller.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "support.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

constexpr std::string_view rule = "foreign-owner";

struct Machine : FakeHost {
  explicit Machine(HostView::Ownership ownership) {
    for (const char* path : {"/srv/data", "/srv/skills/data", "/srv/project"}) owners[path] = ownership;
  }
};

constexpr HostView::Ownership open_to_all{.uid = 1001, .callers = false, .everybody_reads = true};
constexpr HostView::Ownership closed{.uid = 1001, .callers = false, .everybody_reads = false};

}  // namespace

TEST_CASE("a writable folder of another user's is asked for wherever it is") {
  const Machine host(open_to_all);
  CHECK(has(judge_mount(bind_mount("/srv/data", "/d", false), host), rule, Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/skills/data", "/d", false), host), rule, Severity::error));
  Setting<Mount> directory = workdir("/srv/project");
  directory.value.read_only = false;
  CHECK(has(judge_mount(directory, host), rule, Severity::error));
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/data", "/d", true), host), rule));
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/own", "/d", false), host), rule));
}

TEST_CASE("a grant opens it, and a folder that is closed needs no second word") {
  const Machine host(open_to_all);
  ContainerSpec spec = clean_spec();
  spec.mounts = {bind_mount("/srv/data", "/d", false)};
  spec.grants = {{.kind = AskKind::mount, .subject = "/srv/data", .writes = true, .by = "a test"}};
  CHECK_FALSE(has(evaluate(baseline(), spec, host), rule, Severity::warning));
  spec.grants.front().writes = false;
  CHECK(has(evaluate(baseline(), spec, host), rule, Severity::error));

  FakeHost system;
  system.owners = {{"/var/lib/x", open_to_all}};
  const Findings findings = judge_mount(bind_mount("/var/lib/x", "/d", false), system);
  CHECK(has(findings, "sensitive-mount", Severity::error));
  CHECK_FALSE(has(findings, rule));
}

TEST_CASE("root reads for a skill only what everybody may read") {
  Machine host(closed);
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/data", "/d", true), host), rule));
  host.user = 0;
  CHECK(has(judge_mount(bind_mount("/srv/data", "/d", true), host), rule, Severity::error));
  Machine readable(open_to_all);
  readable.user = 0;
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/data", "/d", true), readable), rule));
}

TEST_CASE("the machine says whose a folder is and who may read it, by the folders above it too") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/x";
  REQUIRE(::mkdir(path.c_str(), 0755) == 0);
  const LocalHost host;
  const auto own = host.ownership(path);
  REQUIRE(own);
  CHECK(own->uid == ::geteuid());
  CHECK(own->callers);
  CHECK_FALSE(host.ownership(path + "/absent"));
  if (::geteuid() != 0) return;

  REQUIRE(::chown(path.c_str(), 1234, 1234) == 0);
  CHECK_FALSE(host.ownership(path)->callers);
  CHECK(host.ownership(path)->everybody_reads);
  REQUIRE(::chmod(path.c_str(), 0751) == 0);
  CHECK_FALSE(host.ownership(path)->everybody_reads);
  REQUIRE(::mkdir((path + "/y").c_str(), 0755) == 0);
  CHECK(host.ownership(path + "/y")->callers);
  REQUIRE(::chown((path + "/y").c_str(), 1234, 1234) == 0);
  CHECK(host.ownership(path + "/y")->everybody_reads);
  REQUIRE(::chmod(path.c_str(), 0700) == 0);
  CHECK_FALSE(host.ownership(path + "/y")->everybody_reads);

  ::setenv("SUDO_UID", "1234", 1);
  CHECK(host.ownership(path)->callers);
  ::setenv("SUDO_UID", "12345", 1);
  CHECK_FALSE(host.ownership(path)->callers);
  ::unsetenv("SUDO_UID");
}

TEST_CASE("groups of the caller's own pass under restricted, as a number") {
  FakeHost host;
  host.member_of = {1000, 44};
  ContainerSpec spec = clean_spec();
  spec.group_add = {set(std::string("44"), "docker.group_add[0]")};
  CHECK_FALSE(has(evaluate(restricted(), spec, host), "foreign-group"));
  spec.group_add.front().value = "45";
  CHECK(has(evaluate(restricted(), spec, host), "foreign-group", Severity::error));
  spec.group_add.front().value = "video";
  CHECK(has(evaluate(restricted(), spec, host), "foreign-group", Severity::error));
}

TEST_CASE("baseline drops the making of device nodes beside what a manifest drops, and lets no manifest add it") {
  const auto dropped = [](ContainerSpec spec) {
    std::vector<std::string> names;
    for (const auto& entry : with_defaults(baseline(), std::move(spec)).cap_drop) names.push_back(entry.value);
    return names;
  };
  ContainerSpec spec = clean_spec();
  spec.cap_drop.clear();
  CHECK(dropped(spec) == std::vector<std::string>{"MKNOD"});
  spec.cap_drop = {set(std::string("NET_RAW"), "docker.cap_drop[0]")};
  CHECK(dropped(spec) == std::vector<std::string>{"NET_RAW", "MKNOD"});
  spec.cap_drop = {set(std::string("ALL"), "docker.cap_drop[0]")};
  CHECK(dropped(spec) == std::vector<std::string>{"ALL"});
  spec.cap_add = {set(std::string("MKNOD"), "docker.cap_add[0]")};
  CHECK(has(evaluate(baseline(), spec, FakeHost()), "cap-add-baseline", Severity::error));
}
