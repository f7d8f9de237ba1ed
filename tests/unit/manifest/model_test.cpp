#include <algorithm>

#include "manifest/skill_fields.hpp"
#include "spec/docker_fields.hpp"
#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

constexpr std::string_view full_toml = R"(version = "1"

[defaults.env]
LANG = "C.UTF-8"
[defaults.capabilities]
network_access = true

[skills.media]
description = "Convert audio and video"
source = "docker:jrottenberg/ffmpeg:5-alpine"
runtime = "docker"
default_instance = "fast"
env = { THREADS = 4, RATIO = 0.5, "a.b-c" = "x" }
config = { quality = "high" }
services = ["postgres", { name = "redis", description = "cache", type = "cache", optional = true, default_port = 6379 }]

[skills.media.docker]
image = "jrottenberg/ffmpeg:5-alpine"
entrypoint = "/usr/local/bin/ffmpeg"
command = []
volumes = ["${SKILL_WORKDIR}:/workdir"]
working_dir = "/workdir"
environment = ["LANG=C.UTF-8"]
memory = 536870912
cpus = 0.5
network = "none"
rm = true
user = "host"
gpus = "all"
read_only = true
platform = "linux/amd64"
extra_args = ["--cap-drop=ALL", "--pids-limit=100"]
mounts = [{ type = "bind", source = "./a", target = "/a", read_only = true, propagation = "private" },
          { type = "tmpfs", target = "/t", tmpfs_size = 1024, tmpfs_mode = 1777 },
          { type = "volume", source = "v", target = "/v", subpath = "s", nocopy = false }]
tmpfs = ["/tmp"]
ports = [8080, "127.0.0.1:80:80"]
cap_add = ["CHOWN"]
cap_drop = ["ALL"]
security_opt = ["no-new-privileges"]
pids_limit = -1
ulimits = { nofile = 1024, nproc = "10:20" }
shm_size = "64m"
labels = { "com.example.a" = "b" }
init = false
hostname = "no"
dns = ["192.0.2.1"]
extra_hosts = ["a:192.0.2.2"]
group_add = [44, "video"]
sysctls = { "net.core.somaxconn" = 1024 }
devices = ["/dev/dri"]
stop_signal = "SIGINT"
stop_timeout = 10
memory_swap = "1g"
memory_reservation = "1m"
pull = "never"
timeout = "10m"
stdin = false
tty = false

[skills.media.docker.build]
packages = { suite = "bookworm", include = ["ffmpeg"] }

[skills.media.instances.fast]
description = "fast"
env = { THREADS = 8 }
config = { quality = "low" }
capabilities = { network_access = false, allowed_paths = ["/srv"], max_concurrent_requests = 5 }
docker = { memory = "1g" }

[skills.other.docker]
image = "a"
build = { context = ".", dockerfile = "D", target = "t", args = { V = 1 } }
)";

constexpr std::string_view full_yaml = R"(# The same in YAML.
version: 1
defaults: {env: {LANG: C.UTF-8}, capabilities: {network_access: true}}
skills:
  media:
    description: Convert audio and video
    source: docker:jrottenberg/ffmpeg:5-alpine
    runtime: docker
    default_instance: fast
    env: {THREADS: 4, RATIO: 0.5, a.b-c: x}
    config:
      quality: high
    services: [postgres, {name: redis, description: cache, type: cache, optional: true, default_port: 6379}]
    docker:
      image: jrottenberg/ffmpeg:5-alpine
      entrypoint: /usr/local/bin/ffmpeg
      command: []
      volumes:
        - ${SKILL_WORKDIR}:/workdir
      working_dir: /workdir
      environment: [LANG=C.UTF-8]
      memory: 536870912
      cpus: 0.5
      network: none
      rm: true
      user: host
      gpus: all
      read_only: true
      platform: linux/amd64
      extra_args: [--cap-drop=ALL, --pids-limit=100]
      mounts:
        - {type: bind, source: ./a, target: /a, read_only: true, propagation: private}
        - type: tmpfs
          target: /t
          tmpfs_size: 1024
          tmpfs_mode: 1777
        - {type: volume, source: v, target: /v, subpath: s, nocopy: false}
      tmpfs: [/tmp]
      ports: [8080, "127.0.0.1:80:80"]
      cap_add: [CHOWN]
      cap_drop: [ALL]
      security_opt: [no-new-privileges]
      pids_limit: -1
      ulimits: {nofile: 1024, nproc: "10:20"}
      shm_size: 64m
      labels: {com.example.a: b}
      init: false
      hostname: no
      dns: [192.0.2.1]
      extra_hosts: ["a:192.0.2.2"]
      group_add: [44, video]
      sysctls: {net.core.somaxconn: 1024}
      devices: [/dev/dri]
      stop_signal: SIGINT
      stop_timeout: 10
      memory_swap: 1g
      memory_reservation: 1m
      pull: never
      timeout: 10m
      stdin: false
      tty: false
      build:
        packages: {suite: bookworm, include: [ffmpeg]}
    instances:
      fast:
        description: fast
        env: {THREADS: 8}
        config: {quality: low}
        capabilities: {network_access: false, allowed_paths: [/srv], max_concurrent_requests: 5}
        docker: {memory: 1g}
  other:
    docker:
      image: a
      build: {context: ., dockerfile: D, target: t, args: {V: 1}}
)";

std::string dump(const WrittenText& text) { return "'" + text.value + "'"; }
std::string dump(const Located<bool>& value) { return value.value ? "true" : "false"; }
std::string dump(const WrittenList& list) {
  std::string text = "[";
  for (const WrittenText& item : list.items) text += dump(item) + " ";
  return text + "]";
}
std::string dump(const WrittenMap& map) {
  std::string text = "{";
  for (const WrittenEntry& entry : map.entries) text += dump(entry.key) + "=" + dump(entry.value) + " ";
  return text + "}";
}
template <class Table>
std::string dump(const Table& table);
std::string dump(const MountTables& mounts) {
  std::string text = "[";
  for (const MountTable& mount : mounts.items) text += dump<MountTable>(mount) + " ";
  return text + "]";
}

std::string dump(const ServiceNeeds& services) {
  std::string text = "[";
  for (const ServiceNeed& service : services.items) text += dump<ServiceNeed>(service) + " ";
  return text + "]";
}

/// Every field that is present, by the field tables themselves.
template <class Table>
std::string dump(const Table& table) {
  std::string text = "{";
  for (const Field<Table>& field : fields_of<Table>()) {
    std::visit(
        [&](auto pointer) {
          if (table.*pointer) text += std::string(field.key) + "=" + dump(*(table.*pointer)) + "\n";
        },
        field.member);
  }
  return text + "}";
}

std::string dump(const Manifest& manifest) {
  std::string text = manifest.version + (manifest.default_env ? dump(*manifest.default_env) : "") +
                     (manifest.default_capabilities ? dump(*manifest.default_capabilities) : "");
  for (const SkillDefinition& skill : manifest.skills) {
    text += skill.name + dump(skill);
    for (const InstanceDefinition& instance : skill.instances) {
      text += instance.name + dump(instance);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("every key of the format is read, and TOML and YAML twins give the same model") {
  const Manifest toml = good(parse_toml(full_toml));
  const Manifest yaml = good(parse_yaml(full_yaml));
  CHECK(dump(toml) == dump(yaml));
  CHECK(toml.warnings.empty());
  const SkillDefinition& skill = toml.skills.at(0);
  for (const Field<DockerRuntimeConfig>& field : fields_of<DockerRuntimeConfig>()) {
    CAPTURE(field.key);
    CHECK(std::visit([&](auto pointer) { return ((*skill.docker).*pointer).has_value(); }, field.member));
  }
  CHECK(skill.docker->memory->value == "536870912");
  CHECK(skill.docker->cpus->value == "0.5");
  CHECK(skill.docker->pids_limit->value == "-1");
  CHECK(skill.docker->tty->value == "false");
  CHECK_FALSE(skill.docker->stdin_open->value);
  CHECK(yaml.skills.at(0).docker->hostname->value == "no");
  CHECK(skill.instances.at(0).capabilities->network_access.has_value());
  CHECK(skill.find_instance("fast") == &skill.instances[0]);
  CHECK(skill.find_instance("slow") == nullptr);
  CHECK(toml.find_skill("other") == &toml.skills[1]);
  CHECK(toml.find_skill("Other") == nullptr);
}

TEST_CASE("the field tables name every key once and describe it in one line") {
  const auto check = [](const auto& table) {
    std::vector<std::string_view> keys;
    for (const auto& field : table) {
      CAPTURE(field.key);
      keys.push_back(field.key);
      CHECK_FALSE(field.description.empty());
      CHECK_FALSE(field.description.ends_with('.'));
      CHECK(field.description.find('\n') == std::string_view::npos);
    }
    std::sort(keys.begin(), keys.end());
    CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
  };
  check(fields_of<DockerRuntimeConfig>());
  check(Fields<MountTable>::table);
  check(Fields<BuildTable>::table);
  check(Fields<PackageBuild>::table);
  check(fields_of<SkillDefinition>());
  check(fields_of<InstanceDefinition>());
  check(Fields<CapabilityTable>::table);
  check(Fields<ServiceNeed>::table);
}

TEST_CASE("every example in the field table of docker is a value that the format takes") {
  for (const Field<DockerRuntimeConfig>& field : fields_of<DockerRuntimeConfig>()) {
    CAPTURE(field.key);
    const std::string image = field.key == "image" ? "" : "image = \"a\"\n";
    CHECK(faults(parse_toml(fmt::format("[skills.x.docker]\n{}{} = {}\n", image, field.key, field.example))) == "none");
  }
}

TEST_CASE("skills and entries keep the order of the file") {
  const Manifest manifest = good(parse_toml(R"(
[skills.z.docker]
image = "a"
labels = { z = "1", b = "2", a = "3" }
[skills.a.docker]
image = "b"
)"));
  CHECK(manifest.skills.at(0).name == "z");
  CHECK(manifest.skills.at(1).name == "a");
  CHECK(dump(*manifest.skills[0].docker->labels) == "{'z'='1' 'b'='2' 'a'='3' }");
}

TEST_CASE("an empty manifest has no skills and version 1") {
  for (const std::string_view text : {"", "\n", "# nothing\n"}) {
    CHECK(good(parse_toml(text)).skills.empty());
    CHECK(good(parse_yaml(text)).skills.empty());
  }
  CHECK(good(parse_yaml("---\n")).version == "1");
  CHECK(good(parse_yaml("--- # x\n...\n")).skills.empty());
}

TEST_CASE("a YAML anchor can be used again") {
  const Manifest manifest = good(parse_yaml(R"(
skills:
  a: {docker: &d {image: x, dns: [&ip 192.0.2.1, *ip]}}
  b: {docker: *d}
)"));
  CHECK(dump(*manifest.skills.at(0).docker) == dump(*manifest.skills.at(1).docker));
}

TEST_CASE("what runs a skill follows from runtime, the docker table and the source") {
  const Manifest manifest = good(parse_toml(R"(
[skills.a]
source = "docker:alpine"
[skills.b.docker]
image = "x"
[skills.c]
runtime = "docker"
source = "docker:alpine"
[skills.d]
source = "./skill.wasm"
[skills.e]
runtime = "native"
[skills.f]
runtime = "wasm"
source = "./x"
)"));
  const auto kind = [&](std::string_view name) { return manifest.find_skill(name)->runtime_kind; };
  CHECK(kind("a") == RuntimeKind::docker);
  CHECK(kind("b") == RuntimeKind::docker);
  CHECK(kind("c") == RuntimeKind::docker);
  CHECK(kind("d") == RuntimeKind::wasm);
  CHECK(kind("e") == RuntimeKind::native);
  CHECK(kind("f") == RuntimeKind::wasm);
  CHECK(show(manifest.warnings) ==
        "unsupported-runtime 10:10-10:24 d source\n"
        "unsupported-runtime 12:11-12:19 e runtime\n"
        "unsupported-runtime 14:11-14:17 f runtime\n");
  CHECK_FALSE(has_errors(manifest.warnings));
}

TEST_CASE("the suffix tells the format") {
  CHECK(format_of("a.toml") == ManifestFormat::toml);
  CHECK(format_of("/x/a.yaml") == ManifestFormat::yaml);
  CHECK(format_of("a.yml") == ManifestFormat::yaml);
  CHECK_FALSE(format_of("a.json").has_value());
  CHECK_FALSE(format_of("toml").has_value());
}
