#include <doctest/doctest.h>

#include <algorithm>

#include "engine/api/unenforced.hpp"
#include "engine/podman_gaps.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace {

EngineInfo engine(const std::string& kind, const std::string& api_version = "1.47", bool rootless = false) {
  EngineInfo info;
  info.kind = kind;
  info.api_version = api_version;
  info.rootless = rootless;
  return info;
}

std::vector<std::string> fields(const ContainerSpec& spec, const EngineInfo& info) {
  std::vector<std::string> out;
  for (const Unenforced& setting : unenforced_settings(spec, info)) out.push_back(setting.field);
  return out;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("docker honours every setting") {
  CHECK(fields(full_spec(), engine("docker")).empty());
  CHECK(fields(rare_spec(), engine("docker")).empty());
}

TEST_CASE("an older docker would drop what it does not know") {
  CHECK(fields(rare_spec(), engine("docker", "1.41")) == Fields{"annotations", "cdi_devices", "healthcheck"});
}

TEST_CASE("what podman reads differently is not handed to it") {
  const std::vector<std::string_view> known = podman_gaps(rare_spec());
  Fields gaps(known.begin(), known.end());
  gaps.emplace_back("cgroupns_mode");
  CHECK(fields(rare_spec(), engine("podman", "1.41")) == gaps);
  CHECK(podman_gaps(rare_spec()).size() > 20);
  CHECK(podman_gaps(full_spec()).empty());
}

TEST_CASE("a network's name that podman takes for a mode is not handed to it") {
  for (const char* name : {"private", "pasta", "slirp4netns"}) {
    CAPTURE(name);
    ContainerSpec spec = small_spec();
    spec.network_mode = declared(NetworkMode{NetworkKind::named, name});
    CHECK(fields(spec, engine("podman")) == Fields{"network_mode"});
    CHECK(fields(spec, engine("docker")).empty());
  }
}

TEST_CASE("what podman's API would drop is known") {
  ContainerSpec spec = full_spec();
  spec.memory_swap = declared(std::int64_t{-1});
  CHECK(fields(spec, engine("podman", "1.41")) == Fields{"security_opt", "memory_swap", "domainname", "gpus"});
}

TEST_CASE("fields that an old server does not know are known") {
  ContainerSpec spec = small_spec();
  spec.platform = declared(std::string("linux/amd64"));
  spec.mounts = {declared(with(volume_mount("v", "/v"), &Mount::subpath, "a"))};
  CHECK(fields(spec, engine("docker", "1.40")) == Fields{"mounts", "platform"});
  CHECK(fields(spec, engine("docker", "1.44")) == Fields{"mounts"});
  CHECK(fields(spec, engine("docker", "1.45")).empty());
  CHECK(fields(spec, engine("docker", "")).empty());
}

TEST_CASE("a default that has no effect does not count as declared") {
  ContainerSpec spec = small_spec();
  UserSpec user = *parse_user("1000:1000");
  user.host = true;
  spec.user = defaulted(user);
  auto settings = unenforced_settings(spec, engine("docker", "1.47", true));
  REQUIRE(settings.size() == 1);
  CHECK_FALSE(settings[0].declared);
  spec.user = declared(user);
  CHECK(unenforced_settings(spec, engine("docker", "1.47", true))[0].declared);
  CHECK(fields(spec, engine("docker")).empty());
  CHECK(fields(spec, engine("podman", "1.41", true)).empty());
}

TEST_CASE("a mount that would become another one is refused, whoever asked for it") {
  const auto refused = [](const Mount& mount, const std::string& kind) {
    ContainerSpec spec = small_spec();
    spec.mounts = {defaulted(mount)};
    const auto settings = unenforced_settings(spec, engine(kind));
    return std::ranges::any_of(settings, &Unenforced::declared);
  };
  CHECK(refused(bind_mount("/a,ro=false", "/x"), "podman"));
  CHECK(refused(bind_mount("/a", "/x\"y"), "podman"));
  CHECK_FALSE(refused(bind_mount("/a,ro=false", "/x"), "docker"));
  CHECK(refused(with(bind_mount("/a:b", "/x"), &Mount::relabel, Relabel::shared), "docker"));
  CHECK_FALSE(refused(bind_mount("/a:b", "/x"), "docker"));
  CHECK(refused(with(bind_mount("/a", "/x"), &Mount::subpath, "b"), "docker"));
}

TEST_CASE("two mounts of one target are refused") {
  ContainerSpec spec = small_spec();
  spec.mounts = {declared(tmpfs_mount("/t")), declared(with(tmpfs_mount("/t"), &Mount::tmpfs_size, 5))};
  CHECK(fields(spec, engine("docker")) == Fields{"mounts"});
}

TEST_CASE("a seccomp profile from a file is not taken for its name") {
  ContainerSpec spec = small_spec();
  spec.security_opt = {declared(std::string("seccomp=/etc/profile.json")), declared(std::string("seccomp:builtin")),
                       declared(std::string("seccomp=unconfined")), declared(std::string("label=disable"))};
  CHECK(fields(spec, engine("docker")) == Fields{"security_opt"});
  spec.security_opt = {declared(std::string(R"(seccomp={"defaultAction": "SCMP_ACT_ERRNO"})"))};
  CHECK(fields(spec, engine("docker")) == Fields{});
  CHECK(fields(spec, engine("podman")) == Fields{"security_opt"});
}

TEST_CASE("engines that know no built-in seccomp profile would read a file of that name") {
  ContainerSpec spec = small_spec();
  spec.security_opt = {declared(std::string("seccomp=builtin"))};
  EngineInfo old = engine("docker");
  old.api_version = "1.41";
  CHECK(fields(spec, old) == Fields{"security_opt"});
  CHECK(fields(spec, engine("podman")) == Fields{"security_opt"});
  CHECK(fields(spec, engine("docker")).empty());
}

TEST_CASE("only podman joins a namespace by path") {
  ContainerSpec joined = small_spec();
  joined.pid_mode = declared(namespace_of(NamespaceMode::path, "/proc/1/ns/pid"));
  CHECK(fields(joined, engine("docker")) == Fields{"pid_mode"});
  CHECK(fields(joined, engine("podman")).empty());
  ContainerSpec spec = small_spec();
  spec.network_mode = declared(NetworkMode{NetworkKind::path, "/proc/1/ns/net"});
  CHECK(fields(spec, engine("docker")) == Fields{"network"});
  CHECK(fields(spec, engine("podman")).empty());
}

TEST_CASE("warnings about discarded limits are matched to what was declared") {
  ContainerSpec spec = small_spec();
  const std::string_view swap =
      "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.";
  CHECK_FALSE(unenforced_by_warning(spec, swap));
  spec.memory_swap = defaulted(std::int64_t{1});
  CHECK_FALSE(unenforced_by_warning(spec, swap)->declared);
  spec.memory_swap = declared(std::int64_t{1});
  CHECK(unenforced_by_warning(spec, swap)->declared);
  CHECK(unenforced_by_warning(spec, swap)->field == "memory_swap");
  spec.memory = declared(std::int64_t{1});
  CHECK(unenforced_by_warning(spec, "Your kernel does not support memory limit capabilities. Limitation discarded.")
            ->field == "memory");
  CHECK_FALSE(unenforced_by_warning(spec, "something else"));
}

TEST_CASE("versions compare by number") {
  CHECK(api_at_least("1.41", 1, 41));
  CHECK(api_at_least("1.100", 1, 41));
  CHECK(api_at_least("2.0", 1, 41));
  CHECK_FALSE(api_at_least("1.9", 1, 41));
  for (const std::string_view bad : {"", "1", "1.", ".41", "1.41x", "x1.41", "1.4.1"})
    CHECK_FALSE(api_at_least(bad, 0, 0));
}
