#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include <skillrun/parsing.hpp>

#include "engine/docker/codec.hpp"
#include "engine/docker/gaps.hpp"
#include "spec/schema.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace {

Dialect engine(std::string_view kind, const std::string& api_version = "1.47", bool rootless = false) {
  EngineInfo info;
  info.kind = kind;
  info.api_version = api_version;
  info.rootless = rootless;
  return dialect_of(info);
}

std::vector<std::string> fields(const ContainerSpec& spec, const Dialect& dialect) {
  std::vector<std::string> out;
  for (const EngineGap& gap : find_gaps(spec, dialect)) out.push_back(gap.setting);
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("docker honours every setting") {
  CHECK(fields(full_spec(), engine("docker")).empty());
  CHECK(fields(rare_spec(), engine("docker")).empty());
}

TEST_CASE("an older docker would drop what it does not know") {
  CHECK(fields(rare_spec(), engine("docker", "1.41")) == Names{"healthcheck", "cdi_devices", "annotations"});
}

TEST_CASE("what podman reads differently is not handed to it") {
  std::set<std::string> docker_only;
  for (const CodecRow& row : codec()) {
    if (!row.podman) docker_only.emplace(row.setting);
  }
  CHECK(docker_only.size() > 20);
  std::set<std::string> set;
  for (const SpecField& field : spec_fields(rare_spec())) set.emplace(field.name);
  const Names gaps = fields(rare_spec(), engine("podman", "1.41"));
  for (const std::string& setting : docker_only) {
    CAPTURE(setting);
    CHECK((std::ranges::find(gaps, setting) != gaps.end()) == set.contains(setting));
  }
  for (const char* other : {"log_driver", "restart_policy", "mounts", "cgroupns_mode"}) {
    CAPTURE(other);
    CHECK(std::ranges::find(gaps, other) != gaps.end());
  }
}

TEST_CASE("every setting of the codec is one of the table of settings, and every one that an engine is told is there") {
  std::set<std::string_view> known;
  for (const CodecRow& row : codec()) {
    CAPTURE(row.setting);
    const SettingRow* setting = find_setting(row.setting);
    REQUIRE(setting != nullptr);
    CHECK((row.words != nullptr || !setting->flag.name.empty()));  // otherwise a client would be told nothing of it
    CHECK(known.insert(row.setting).second);
  }
  for (const SettingRow& row : schema()) {
    if (row.member.name.empty() || row.member.name == "image") continue;
    CAPTURE(row.member.name);
    const bool told = row.member.sense != Sense::untold || row.member.name == "command" ||
                      row.member.name == "platform" || row.member.name == "rm";
    CHECK(known.contains(row.member.name) == told);
  }
}

TEST_CASE("a network's name that podman takes for a mode is not handed to it") {
  for (const char* name : {"private", "pasta", "slirp4netns"}) {
    CAPTURE(name);
    ContainerSpec spec = small_spec();
    spec.network_mode = declared(NetworkMode{NetworkKind::named, name});
    CHECK(fields(spec, engine("podman")) == Names{"network_mode"});
    CHECK(fields(spec, engine("docker")).empty());
  }
}

TEST_CASE("what podman's API would drop is known") {
  ContainerSpec spec = full_spec();
  spec.memory_swap = declared(std::int64_t{-1});
  CHECK(fields(spec, engine("podman", "1.41")) == Names{"domainname", "security_opt", "gpus", "memory_swap"});
}

TEST_CASE("fields that an old server does not know are known") {
  ContainerSpec spec = small_spec();
  spec.platform = declared(std::string("linux/amd64"));
  spec.mounts = {declared(with(volume_mount("v", "/v"), &Mount::subpath, "a"))};
  CHECK(fields(spec, engine("docker", "1.40")) == Names{"platform", "mounts"});
  CHECK(fields(spec, engine("docker", "1.44")) == Names{"mounts"});
  CHECK(fields(spec, engine("docker", "1.45")).empty());
  CHECK(fields(spec, engine("docker", "")).empty());
}

TEST_CASE("a default that has no effect does not count as declared") {
  ContainerSpec spec = small_spec();
  UserSpec user = *parse_user("1000:1000");
  user.host = true;
  spec.user = defaulted(user);
  const auto gaps = find_gaps(spec, engine("docker", "1.47", true));
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].gives_way);
  spec.user = declared(user);
  CHECK_FALSE(find_gaps(spec, engine("docker", "1.47", true))[0].gives_way);
  CHECK(fields(spec, engine("docker")).empty());
  CHECK(fields(spec, engine("podman", "1.41", true)).empty());
}

TEST_CASE("a mount that would become another one is refused, whoever asked for it") {
  const auto refused = [](const Mount& mount, const std::string& kind) {
    ContainerSpec spec = small_spec();
    spec.mounts = {defaulted(mount)};
    return std::ranges::any_of(find_gaps(spec, engine(kind)), [](const EngineGap& gap) { return !gap.gives_way; });
  };
  CHECK(refused(bind_mount("/a:b,ro=false", "/x"), "podman"));
  CHECK_FALSE(refused(bind_mount("/a,ro=false", "/x"), "podman"));
  CHECK(refused(bind_mount("/a", "/x\"y"), "podman"));
  CHECK_FALSE(refused(bind_mount("/a,ro=false", "/x"), "docker"));
  CHECK(refused(with(bind_mount("/a:b", "/x"), &Mount::relabel, Relabel::shared), "docker"));
  CHECK_FALSE(refused(bind_mount("/a:b", "/x"), "docker"));
  CHECK(refused(with(bind_mount("/a", "/x"), &Mount::subpath, "b"), "docker"));
}

TEST_CASE("two mounts of one target are refused") {
  ContainerSpec spec = small_spec();
  spec.mounts = {declared(tmpfs_mount("/t")), declared(with(tmpfs_mount("/t"), &Mount::tmpfs_size, 5))};
  CHECK(fields(spec, engine("docker")) == Names{"mounts"});
}

TEST_CASE("a seccomp profile from a file is not taken for its name") {
  ContainerSpec spec = small_spec();
  spec.security_opt = {declared(std::string("seccomp=/etc/profile.json")), declared(std::string("seccomp:builtin")),
                       declared(std::string("seccomp=unconfined")), declared(std::string("label=disable"))};
  CHECK(fields(spec, engine("docker")) == Names{"security_opt"});
  spec.security_opt = {declared(std::string(R"(seccomp={"defaultAction": "SCMP_ACT_ERRNO"})"))};
  CHECK(fields(spec, engine("docker")) == Names{});
  CHECK(fields(spec, engine("podman")) == Names{"security_opt"});
}

TEST_CASE("engines that know no built-in seccomp profile would read a file of that name") {
  ContainerSpec spec = small_spec();
  spec.security_opt = {declared(std::string("seccomp=builtin"))};
  CHECK(fields(spec, engine("docker", "1.41")) == Names{"security_opt"});
  CHECK(fields(spec, engine("podman")) == Names{"security_opt"});
  CHECK(fields(spec, engine("docker")).empty());
}

TEST_CASE("only podman joins a namespace by path") {
  ContainerSpec joined = small_spec();
  joined.pid_mode = declared(namespace_of(NamespaceMode::path, "/proc/1/ns/pid"));
  CHECK(fields(joined, engine("docker")) == Names{"pid_mode"});
  CHECK(fields(joined, engine("podman")).empty());
  ContainerSpec spec = small_spec();
  spec.network_mode = declared(NetworkMode{NetworkKind::path, "/proc/1/ns/net"});
  CHECK(fields(spec, engine("docker")) == Names{"network_mode"});
  CHECK(fields(spec, engine("podman")).empty());
}

TEST_CASE("warnings about discarded limits are matched to what was declared") {
  ContainerSpec spec = small_spec();
  const std::string_view swap =
      "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.";
  CHECK_FALSE(gap_of_warning(spec, swap));
  spec.memory_swap = defaulted(std::int64_t{1});
  CHECK(gap_of_warning(spec, swap)->gives_way);
  spec.memory_swap = declared(std::int64_t{1});
  CHECK_FALSE(gap_of_warning(spec, swap)->gives_way);
  CHECK(gap_of_warning(spec, swap)->setting == "memory_swap");
  spec.memory = declared(std::int64_t{1});
  CHECK(
      gap_of_warning(spec, "Your kernel does not support memory limit capabilities. Limitation discarded.")->setting ==
      "memory");
  CHECK_FALSE(gap_of_warning(spec, "something else"));
}

TEST_CASE("an API version has one number that counts") {
  CHECK(api_minor("1.41") == 41);
  CHECK(api_minor("1.100") == 100);
  for (const std::string_view bad : {"", "1", "1.", ".41", "1.41x", "x1.41", "1.4.1", "2.0", "1.-1"}) {
    CAPTURE(bad);
    CHECK_FALSE(api_minor(bad));
  }
}
