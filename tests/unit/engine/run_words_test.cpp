#include <algorithm>
#include <skillrun/engine_request.hpp>
#include <skillrun/parsing.hpp>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/docker/gaps.hpp"
#include "engine/docker/mount_words.hpp"
#include "engine/docker/run_words.hpp"
#include "spec/csv.hpp"
#include "unit/engine/api_full_spec.hpp"

namespace skillrun {

namespace {

using Words = std::vector<std::string>;

ContainerSpec plain_spec() {
  ContainerSpec spec;
  spec.skill = "tool";
  spec.image.value = *parse_image_reference("example.org/tool:1");
  return spec;
}

template <class T>
void set(OptionalSetting<T>& field, T value) {
  field.emplace();
  field->value = std::move(value);
}

template <class T>
void add(SettingList<T>& list, T value) {
  list.emplace_back();
  list.back().value = std::move(value);
}

/// A client, unless it is said otherwise.
const Dialect docker = [] {
  Dialect dialect;
  dialect.client = true;
  return dialect;
}();

RunWords render(const ContainerSpec& spec, const Dialect& dialect = docker) {
  return run_words(spec, {}, {.standard_input = true, .tty = false}, dialect);
}

/// The settings that the client has no words for.
Words gaps(const ContainerSpec& spec, const Dialect& dialect = docker) {
  Words settings;
  for (const EngineGap& gap : find_gaps(spec, dialect)) {
    if (!gap.gives_way) settings.push_back(gap.setting);
  }
  return settings;
}

bool has(const RunWords& rendered, const std::string& word) {
  return std::ranges::find(rendered.flags, word) != rendered.flags.end();
}

std::expected<std::string, std::string> render_one(const Mount& mount, const Dialect& dialect = docker) {
  return mount_word(mount, dialect);
}

Mount mount_with(void (*fill)(Mount&)) {
  Mount mount;
  fill(mount);
  return mount;
}

Dialect dialect_with(void (*fill)(Dialect&)) {
  Dialect dialect = docker;
  fill(dialect);
  return dialect;
}

const Dialect podman = dialect_with([](Dialect& d) { d.podman = true; });

}  // namespace

TEST_CASE("the image follows two dashes and everything after it is the skill's") {
  ContainerSpec spec = plain_spec();
  for (const std::string word : {"--privileged", "-v", "--", ""}) add(spec.command, word);
  const RunWords rendered = render(spec);
  CHECK(rendered.tail == Words{"--", "example.org/tool:1", "--privileged", "-v", "--", ""});
}

TEST_CASE("podman is told the registry of a short name, which it would look for in several") {
  ContainerSpec spec = plain_spec();
  spec.image.value = *parse_image_reference("debian:12");
  const auto image = [&](const Dialect& dialect) {
    const Words tail = render(spec, dialect).tail;
    return tail.empty() ? std::string() : tail.back();
  };
  CHECK(image({}) == "debian:12");
  CHECK(image(podman) == "docker.io/library/debian:12");
  EngineInfo engine;
  engine.kind = "podman";
  CHECK(image_name_for(spec.image.value, podman) == "docker.io/library/debian:12");
  CHECK(create_request_json(spec, {}, {}, engine).find("\"Image\":\"docker.io/library/debian:12\"") !=
        std::string::npos);
  engine.kind = "docker";
  CHECK(image_name_for(spec.image.value, docker) == "debian:12");
}

TEST_CASE("every flag is one word with its value, so that no value can become a flag") {
  ContainerSpec spec = plain_spec();
  set(spec.hostname, std::string("--privileged"));
  set(spec.working_dir, std::string("-x"));
  add(spec.labels, KeyValue{"a", "b c"});
  set(spec.privileged, false);
  set(spec.init, true);
  const RunWords rendered = render(spec);
  for (const std::string& word : rendered.flags) {
    CAPTURE(word);
    CHECK(word.starts_with("--"));
    CHECK(word.find('=') != std::string::npos);
  }
  CHECK(has(rendered, "--hostname=--privileged"));
  CHECK(has(rendered, "--workdir=-x"));
  CHECK(has(rendered, "--label=a=b c"));
  CHECK(has(rendered, "--privileged=false"));
  CHECK(has(rendered, "--init=true"));
}

TEST_CASE("each field of a spec has its flag") {
  ContainerSpec spec = plain_spec();
  set(spec.platform, std::string("linux/amd64"));
  set(spec.entrypoint, std::string("/bin/tool"));
  set(spec.user, *parse_user("1000:100"));
  add(spec.group_add, std::string("44"));
  set(spec.domainname, std::string("example.org"));
  set(spec.stop_signal, std::string("SIGINT"));
  set(spec.stop_timeout, std::chrono::seconds{7});
  set(spec.readonly_rootfs, true);
  add(spec.cap_add, std::string("NET_RAW"));
  add(spec.cap_drop, std::string("ALL"));
  set(spec.no_new_privileges, true);
  add(spec.security_opt, std::string("apparmor=x"));
  add(spec.sysctls, KeyValue{"net.a", "1"});
  add(spec.devices, Device{"/dev/a", "/dev/b", "r"});
  set(spec.gpus, GpuRequest{});
  set(spec.network_mode, NetworkMode{NetworkKind::none, ""});
  add(spec.ports, PortMapping{"127.0.0.1", 80, 8080, "tcp"});
  add(spec.dns, std::string("1.1.1.1"));
  add(spec.extra_hosts, ExtraHost{"db", "10.0.0.1"});
  set(spec.memory, std::int64_t{536870912});
  set(spec.memory_swap, std::int64_t{-1});
  set(spec.memory_reservation, std::int64_t{1024});
  set(spec.nano_cpus, std::int64_t{1'500'000'000});
  set(spec.cpu_shares, std::int64_t{512});
  set(spec.pids_limit, std::int64_t{100});
  set(spec.shm_size, std::int64_t{4096});
  set(spec.oom_score_adj, std::int64_t{500});
  add(spec.ulimits, Ulimit{"nofile", 10, -1});
  const RunWords rendered = render(spec);
  CHECK(gaps(spec).empty());
  for (const std::string word : {"--platform=linux/amd64",
                                 "--entrypoint=/bin/tool",
                                 "--user=1000:100",
                                 "--group-add=44",
                                 "--domainname=example.org",
                                 "--stop-signal=SIGINT",
                                 "--stop-timeout=7",
                                 "--read-only=true",
                                 "--cap-add=NET_RAW",
                                 "--cap-drop=ALL",
                                 "--security-opt=no-new-privileges=true",
                                 "--security-opt=apparmor=x",
                                 "--sysctl=net.a=1",
                                 "--device=/dev/a:/dev/b:r",
                                 "--gpus=all",
                                 "--network=none",
                                 "--publish=127.0.0.1:80:8080/tcp",
                                 "--dns=1.1.1.1",
                                 "--add-host=db:10.0.0.1",
                                 "--memory=536870912",
                                 "--memory-swap=-1",
                                 "--memory-reservation=1024",
                                 "--cpus=1.5",
                                 "--cpu-shares=512",
                                 "--pids-limit=100",
                                 "--shm-size=4096",
                                 "--oom-score-adj=500",
                                 "--ulimit=nofile=10:-1",
                                 "--log-driver=none",
                                 "--interactive=true",
                                 "--tty=false"}) {
    CAPTURE(word);
    CHECK(has(rendered, word));
  }
}

TEST_CASE("numbers are written so that a client reads the same number") {
  for (const auto& [nano, text] :
       {std::pair{std::int64_t{2'000'000'000}, "--cpus=2"}, std::pair{std::int64_t{1}, "--cpus=0.000000001"},
        std::pair{std::int64_t{250'000'000}, "--cpus=0.25"}}) {
    ContainerSpec spec = plain_spec();
    set(spec.nano_cpus, nano);
    CHECK(has(render(spec), text));
  }
  ContainerSpec spec = plain_spec();
  set(spec.pids_limit, std::int64_t{0});
  CHECK(has(render(spec), "--pids-limit=-1"));
}

TEST_CASE("ports keep their address, with brackets around an IPv6 one, and a free port stays free") {
  ContainerSpec spec = plain_spec();
  add(spec.ports, PortMapping{"::1", 80, 8080, "tcp"});
  add(spec.ports, PortMapping{"", std::nullopt, 53, "udp"});
  add(spec.ports, PortMapping{"127.0.0.1", std::nullopt, 22, "tcp"});
  const RunWords rendered = render(spec);
  CHECK(has(rendered, "--publish=[::1]:80:8080/tcp"));
  CHECK(has(rendered, "--publish=53/udp"));
  CHECK(has(rendered, "--publish=127.0.0.1::22/tcp"));
}

TEST_CASE("values of variables are in no word, and the last one of a name counts") {
  ContainerSpec spec = plain_spec();
  add(spec.env, EnvironmentEntry{"TOKEN", "secret-one", false});
  add(spec.env, EnvironmentEntry{"UNSET", std::nullopt, true});
  add(spec.env, EnvironmentEntry{"TOKEN", "secret-two", false});
  const RunWords rendered = render(spec);
  for (const std::string& word : rendered.flags) CHECK(word.find("secret") == std::string::npos);
  CHECK(rendered.variables == std::vector<std::pair<std::string, std::string>>{{"TOKEN", "secret-two"}});
}

TEST_CASE("a variable that the caller does not have is named to docker, and never to podman, which reads patterns") {
  ContainerSpec spec = plain_spec();
  add(spec.env, EnvironmentEntry{"*", std::nullopt, true});
  CHECK(has(render(spec), "--env=*"));
  Dialect podman;
  podman.podman = true;
  for (const std::string& word : run_words(spec, {}, {}, podman).flags) CHECK_FALSE(word.starts_with("--env"));
}

TEST_CASE("a seccomp profile that a client would read from a file is refused") {
  for (const auto& [option, minor, podman, allowed] :
       std::vector<std::tuple<std::string, int, bool, bool>>{{"seccomp=unconfined", 41, true, true},
                                                             {"seccomp=builtin", 42, false, true},
                                                             {"seccomp:builtin", 41, false, false},
                                                             {"seccomp=builtin", 99, true, false},
                                                             {"seccomp=profile.json", 99, false, false},
                                                             {"apparmor=unconfined", 41, true, true}}) {
    CAPTURE(option);
    CAPTURE(minor);
    ContainerSpec spec = plain_spec();
    add(spec.security_opt, option);
    Dialect dialect = docker;
    dialect.podman = podman;
    dialect.api_minor = minor;
    CHECK(gaps(spec, dialect).empty() == allowed);
  }
}

TEST_CASE("a container that is removed keeps no log, one that stays does") {
  ContainerSpec spec = plain_spec();
  CHECK(has(render(spec), "--log-driver=none"));
  set(spec.rm, false);
  CHECK(!has(render(spec), "--log-driver=none"));
}

TEST_CASE("a record of values is quoted as Go's CSV reader expects, and reads back") {
  CHECK(write_csv_record({"a=b", "c"}) == "a=b,c");
  CHECK(write_csv_record({"a,b", "c\"d", "e\nf", " g", ""}) == "\"a,b\",\"c\"\"d\",\"e\nf\",\" g\",\"\"");
  const Mount mount = mount_with([](Mount& m) {
    m.source = "/a,\"b";
    m.target = "/c d";
    m.read_only = true;
  });
  const auto word = render_one(mount);
  REQUIRE(word);
  const auto read = parse_mount(word->substr(std::string("--mount=").size()), {"/", "/"});
  REQUIRE(read);
  CHECK(read->source == mount.source);
  CHECK(read->target == mount.target);
  CHECK(read->read_only);
}

TEST_CASE("each kind of mount is said in the form that can express it") {
  CHECK(render_one(mount_with([](Mount& m) {
          m.source = "/a";
          m.target = "/b";
          m.propagation = Propagation::rslave;
        })) == "--mount=type=bind,source=/a,target=/b,bind-propagation=rslave");
  CHECK(render_one(mount_with([](Mount& m) {
          m.source = "/a";
          m.target = "/b";
          m.read_only = true;
          m.relabel = Relabel::private_;
        })) == "--volume=/a:/b:ro,Z");
  CHECK(render_one(mount_with([](Mount& m) {
          m.source = "/a";
          m.target = "/b";
          m.create_source = true;  // no engine is told to make what is missing
        })) == "--mount=type=bind,source=/a,target=/b");
  CHECK(render_one(mount_with([](Mount& m) {
          m.type = MountType::volume;
          m.source = "data";
          m.target = "/b";
          m.nocopy = true;
        })) == "--mount=type=volume,source=data,target=/b,volume-nocopy=true");
  CHECK(render_one(mount_with([](Mount& m) {
          m.type = MountType::volume;
          m.target = "/b";
        })) == "--mount=type=volume,target=/b");
  CHECK(render_one(mount_with([](Mount& m) {
          m.type = MountType::tmpfs;
          m.target = "/t";
          m.tmpfs_size = 4096;
          m.tmpfs_mode = 01777;
        })) == "--tmpfs=/t:size=4096,mode=1777");
}

TEST_CASE("what a form cannot express is refused, not approximated") {
  CHECK_FALSE(render_one(mount_with([](Mount& m) {
    m.source = "/a:b";
    m.target = "/c";
    m.relabel = Relabel::shared;
  })));
  CHECK(render_one(mount_with([](Mount& m) {
          m.source = "/a:b";
          m.target = "/c";
        })).has_value());
  CHECK_FALSE(render_one(mount_with([](Mount& m) {
    m.type = MountType::tmpfs;
    m.target = "/a:b";
  })));
  CHECK_FALSE(render_one(mount_with([](Mount& m) {
    m.source = "/a";
    m.target = "/b";
    m.subpath = "c";
  })));
  CHECK_FALSE(render_one(mount_with([](Mount& m) {
    m.type = MountType::volume;
    m.source = "v";
    m.target = "/b";
    m.propagation = Propagation::slave;
  })));
  ContainerSpec spec = plain_spec();
  set(spec.network_mode, NetworkMode{NetworkKind::named, "name=host"});
  add(spec.devices, Device{"/dev/a:b", "/dev/c", "r"});
  CHECK(gaps(spec) == Words{"devices", "network_mode"});
}

TEST_CASE("an engine that would ignore a volume's subpath is not asked for one") {
  const Mount mount = mount_with([](Mount& m) {
    m.type = MountType::volume;
    m.source = "v";
    m.target = "/b";
    m.subpath = "c";
  });
  CHECK(render_one(mount, dialect_with([](Dialect& d) { d.api_minor = 45; })).has_value());
  CHECK_FALSE(render_one(mount, dialect_with([](Dialect& d) { d.api_minor = 44; })));
  CHECK_FALSE(render_one(mount, podman));
}

TEST_CASE("podman is kept from adding what the spec does not say") {
  ContainerSpec spec = plain_spec();
  set(spec.readonly_rootfs, true);
  set(spec.no_new_privileges, true);
  const RunWords rendered = render(spec, podman);
  CHECK(has(rendered, "--read-only-tmpfs=false"));
  CHECK(has(rendered, "--http-proxy=false"));
  CHECK(has(rendered, "--security-opt=no-new-privileges"));
  CHECK(render_one(mount_with([](Mount& m) {
                     m.type = MountType::tmpfs;
                     m.target = "/t";
                     m.tmpfs_options = "exec";
                   }),
                   podman) == "--tmpfs=/t:exec,nosuid,nodev,notmpcopyup");
}

TEST_CASE("podman's client refuses what podman would ignore or read otherwise") {
  ContainerSpec spec = plain_spec();
  set(spec.gpus, GpuRequest{});
  set(spec.domainname, std::string("x"));
  set(spec.entrypoint, std::string("[\"sh\"]"));
  CHECK(gaps(spec, podman) == Words{"entrypoint", "domainname", "gpus"});
  CHECK(gaps(spec).empty());
}

TEST_CASE("without an entrypoint the command is what runs, and podman would take the image's where there is none") {
  ContainerSpec spec = plain_spec();
  set(spec.entrypoint, std::string());
  spec.command.clear();
  CHECK(gaps(spec, podman) == Words{"entrypoint"});
  CHECK(gaps(spec).empty());
  spec.command.push_back({"sh", {}});
  CHECK(gaps(spec, podman).empty());
}

TEST_CASE("an init program that podman lacks fails a run that asks for it, not one whose policy prefers it") {
  Dialect without = podman;
  without.has_init = false;
  ContainerSpec spec = plain_spec();
  set(spec.init, true);
  spec.init->origin.kind = OriginKind::manifest;
  CHECK(gaps(spec, without) == Words{"init"});
  spec.init->origin.kind = OriginKind::policy_default;
  const RunWords rendered = render(spec, without);
  CHECK(gaps(spec, without).empty());
  CHECK(!has(rendered, "--init=true"));
  Dialect with_path = podman;
  with_path.init_path = "/usr/bin/catatonit";
  CHECK(has(render(spec, with_path), "--init-path=/usr/bin/catatonit"));
}

TEST_CASE("the caller's own user keeps its id in rootless podman") {
  ContainerSpec spec = plain_spec();
  UserSpec user = *parse_user("1000:1000");
  user.host = true;
  set(spec.user, user);
  CHECK(has(render(spec, dialect_with([](Dialect& d) { d.podman = d.rootless = true; })), "--userns=keep-id"));
  CHECK(!has(render(spec, podman), "--userns=keep-id"));
  CHECK(!has(render(spec, dialect_with([](Dialect& d) { d.rootless = true; })), "--userns=keep-id"));
}

TEST_CASE("podman gets a digest without the tag") {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  CHECK(image_word("localhost:5000/a/b:1" + digest, podman) == "localhost:5000/a/b" + digest);
  CHECK(image_word("localhost:5000/a/b" + digest, podman) == "localhost:5000/a/b" + digest);
  CHECK(image_word("a:1", podman) == "a:1");
  CHECK(image_word("a:1" + digest, {}) == "a:1" + digest);
}

TEST_CASE("the command line for people has the values and says what is pulled and removed") {
  ContainerSpec spec = plain_spec();
  add(spec.env, EnvironmentEntry{"A", "1", false});
  set(spec.pull, PullPolicy::never);
  add(spec.command, std::string("x"));
  EngineInfo engine;
  engine.kind = "docker";
  const Words words = docker_run_command(spec, {{{"k", "v"}}}, {.standard_input = false, .tty = false}, engine).words;
  CHECK(Words(words.begin(), words.begin() + 4) == Words{"docker", "run", "--rm=true", "--pull=never"});
  CHECK(std::ranges::find(words, "--label=k=v") != words.end());
  CHECK(std::ranges::find(words, "--interactive=false") != words.end());
  CHECK(Words(words.end() - 4, words.end()) == Words{"--env=A=1", "--", "example.org/tool:1", "x"});
  engine.kind = "podman";
  CHECK(docker_run_command(spec, {}, {}, engine).words.front() == "podman");
  CHECK(docker_run_command(spec, {}, {}, engine).gaps.empty());
  GpuRequest gpus;
  gpus.device_ids = {"0"};
  set(spec.gpus, gpus);
  CHECK(docker_run_command(spec, {}, {}, engine).gaps.size() == 1);
}

TEST_CASE("what few skills set has its word too") {
  const RunWords rendered = render(testing::rare_spec());
  CHECK(gaps(testing::rare_spec()).empty());
  for (const std::string word : {"--name=one-name",
                                 "--health-cmd=true",
                                 "--health-interval=30000000000ns",
                                 "--health-retries=3",
                                 "--restart=on-failure:3",
                                 "--log-driver=json-file",
                                 "--log-opt=max-size=1m",
                                 "--device=vendor.com/class=name",
                                 "--gpus=driver=nvidia,\"device=0,1\",capabilities=compute,options=a=b",
                                 "--device-cgroup-rule=c 1:3 r",
                                 "--runtime=runc",
                                 "--cgroup-parent=/skills",
                                 "--annotation=note=x",
                                 "--pid=container:other",
                                 "--ipc=shareable",
                                 "--uts=host",
                                 "--userns=host",
                                 "--cgroupns=private",
                                 "--mount=type=volume,source=data,target=/data,volume-driver=local,"
                                 "volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-label=owner=x",
                                 "--mount=type=bind,source=/srv,target=/srv,bind-nonrecursive=true",
                                 "--volume-driver=local",
                                 "--volumes-from=other:ro",
                                 "--network-alias=web",
                                 "--ip=10.0.0.5",
                                 "--mac-address=02:42:ac:11:00:02",
                                 "--link=db:database",
                                 "--expose=80/tcp",
                                 "--publish-all=true",
                                 "--dns-option=ndots:2",
                                 "--cpuset-cpus=0-1",
                                 "--oom-kill-disable=false",
                                 "--blkio-weight-device=/dev/sda:200",
                                 "--device-read-bps=/dev/sda:1048576"}) {
    CAPTURE(word);
    CHECK(std::ranges::find(rendered.flags, word) != rendered.flags.end());
  }
}

}  // namespace skillrun
