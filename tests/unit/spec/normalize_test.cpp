#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <skillrun/normalize.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

namespace {

const MapVariables no_environment{{}};

CallerContext caller() {
  return {.workdir = "/home/u/work", .cwd = "/home/u/work", .home = "/home/u", .uid = 1000, .gid = 1001};
}

/// The spec of a skill whose docker table holds `docker` beside an image.
ContainerSpec spec_of(const std::string& docker, const RunOverrides& overrides = {},
                      const VariableSource& environment = no_environment, const std::string& rest = {}) {
  auto source = std::make_shared<const SourceText>(
      SourceText{.name = "skills.toml",
                 .directory = "/project",
                 .text = "[skills.x]\n" + rest + "\n[skills.x.docker]\nimage = \"busybox:1\"\n" + docker + "\n"});
  auto manifest = parse_manifest(source, ManifestFormat::toml);
  REQUIRE_MESSAGE(manifest.has_value(), (manifest ? std::string() : manifest.error().front().message));
  auto resolved = resolve_skill(*manifest, manifest->skills.front(), std::nullopt, caller(), environment);
  REQUIRE_MESSAGE(resolved.has_value(), (resolved ? std::string() : resolved.error().front().message));
  return normalize(*resolved, overrides, caller(), environment);
}

/// "rule field" of each problem, in order.
std::vector<std::string> problems(const ContainerSpec& spec) {
  std::vector<std::string> shown;
  for (const Finding& finding : spec.problems) shown.push_back(fmt::format("{} {}", finding.rule, finding.field));
  return shown;
}

using Shown = std::vector<std::string>;

}  // namespace

TEST_CASE("an option that is given with nothing is not one that is left out") {
  RunOverrides overrides;
  overrides.timeout = "";
  CHECK(problems(spec_of("", overrides)) == Shown{"invalid-value --timeout"});
  overrides.timeout.reset();
  CHECK(problems(spec_of("", overrides)) == Shown{});
}

TEST_CASE("a flag of extra_args sets the same field as its typed key") {
  const ContainerSpec typed = spec_of(R"(
memory = "512m"
cpus = 1.5
user = "1000:1000"
init = true
read_only = true
cap_drop = ["ALL"]
tmpfs = ["/tmp:size=1m"]
network = "bridge"
labels = { a = "b" }
ulimits = { nofile = "10:20" }
)");
  const ContainerSpec flags = spec_of(R"(
extra_args = ["-m", "512m", "--cpus=1.5", "-u1000:1000", "--init", "--read-only=true", "--cap-drop", "all",
              "--tmpfs=/tmp:size=1m", "--net", "bridge", "-la=b", "--ulimit=nofile=10:20"]
)");
  CHECK(problems(typed) == Shown{});
  CHECK(problems(flags) == Shown{});
  CHECK(typed.memory->value == 536870912);
  CHECK(flags.memory->value == typed.memory->value);
  CHECK(flags.nano_cpus->value == typed.nano_cpus->value);
  CHECK(flags.user->value.text() == typed.user->value.text());
  CHECK(flags.init->value == typed.init->value);
  CHECK(flags.readonly_rootfs->value == typed.readonly_rootfs->value);
  CHECK(flags.cap_drop.at(0).value == typed.cap_drop.at(0).value);
  CHECK(flags.mounts.at(0).value.tmpfs_size == typed.mounts.at(0).value.tmpfs_size);
  CHECK(flags.network_mode->value.text() == typed.network_mode->value.text());
  CHECK(flags.labels.at(0).value.key == typed.labels.at(0).value.key);
  CHECK(flags.ulimits.at(0).value.hard == typed.ulimits.at(0).value.hard);
}

TEST_CASE("every problem is reported, each at its own word") {
  const ContainerSpec spec = spec_of(R"(extra_args = ["--uts", "hots", "surplus", "--memory=lots", "--nonsense"])");
  CHECK(problems(spec) == Shown{"flag-injects-positional docker.extra_args[2]", "unknown-flag docker.extra_args[4]",
                                "invalid-value docker.extra_args[1]", "memory-invalid docker.extra_args[3]"});
  const Finding& memory = spec.problems.back();
  CHECK(memory.evidence == "--memory=lots");
  CHECK(memory.span.begin == Position{5, 43});
}

TEST_CASE("a message names the variable that holds a secret, never its value") {
  const MapVariables secrets{
      {{"DBURL", "postgres://u:hunter2pass@db/x"}, {"API_TOKEN", "no host\nname"}, {"PLACE", "not a host"}}};
  const auto message = [&](const std::string& variable) {
    const ContainerSpec spec = spec_of("hostname = \"${" + variable + "}\"", {}, secrets);
    REQUIRE(spec.problems.size() == 1);
    return spec.problems.front().message;
  };
  CHECK(message("DBURL").starts_with("'${DBURL}'"));
  CHECK(message("API_TOKEN").starts_with("'${API_TOKEN}'"));
  CHECK(message("PLACE").starts_with("'not a host'"));
}

TEST_CASE("a flag that repeats a typed key is refused and one given twice is ambiguous") {
  CHECK(problems(spec_of("memory = \"1g\"\nextra_args = [\"--memory=2g\"]")) ==
        Shown{"flag-repeats-field docker.extra_args[0]"});
  const ContainerSpec twice = spec_of("extra_args = [\"--memory=1g\", \"-m2g\"]");
  CHECK(problems(twice) == Shown{"ambiguous-value docker.extra_args[1]"});
  CHECK(twice.problems.front().severity == Severity::warning);
  CHECK(twice.memory->value == std::int64_t{2} << 30);
  CHECK(problems(spec_of("environment = [\"A=1\"]\nextra_args = [\"-eB=2\"]")) == Shown{});
}

TEST_CASE("flags that mean nothing to a skill are refused, unless they say what holds anyway") {
  CHECK(problems(spec_of(R"(extra_args = ["--env-file=/etc/passwd", "--use-api-socket", "--help", "--tty=auto"])")) ==
        Shown{"env-file docker.extra_args[0]", "use-api-socket docker.extra_args[1]",
              "unknown-flag docker.extra_args[2]", "invalid-value docker.extra_args[3]"});
  CHECK(problems(spec_of(R"(extra_args = ["--use-api-socket=false", "--sig-proxy", "--disable-content-trust",
                                          "--detach=false", "-a=STDERR", "-astdout", "--isolation=default"])")) ==
        Shown{});
  CHECK(problems(spec_of(R"(extra_args = ["-a", "stdout", "-a", "stdin"])")) ==
        Shown{"unenforced-field docker.extra_args[1]"});
  CHECK(problems(spec_of(R"(extra_args = ["--attach=all"])")) ==
        Shown{"invalid-value docker.extra_args[0]", "unenforced-field docker.extra_args[0]"});
}

TEST_CASE("a flag that podman alone has is named as such") {
  const ContainerSpec spec = spec_of(R"(extra_args = ["--env-host", "--userns=keep-id:uid=1", "--rootfs"])");
  CHECK(problems(spec) == Shown{"podman-only-flag docker.extra_args[0]", "podman-only-flag docker.extra_args[2]",
                                "podman-only-flag docker.extra_args[1]"});
}

TEST_CASE("the namespaces that a flag asks for are in the spec") {
  const ContainerSpec spec = spec_of(R"(extra_args = ["--pid=host", "--ipc", "container:db", "--uts=host",
                                                      "--userns=host", "--cgroupns=private"])");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.pid_mode->value.mode == NamespaceMode::host);
  CHECK(spec.ipc_mode->value.text() == "container:db");
  CHECK(spec.uts_mode->value.text() == "host");
  CHECK(spec.userns_mode->value.text() == "host");
  CHECK(spec.cgroupns_mode->value.text() == "private");
}

TEST_CASE("the parts of a health check make one setting") {
  const ContainerSpec spec = spec_of(R"(extra_args = ["--health-cmd=curl -f x || exit 1", "--health-interval=30s",
      "--health-timeout", "5s", "--health-start-period=1m", "--health-start-interval=2s", "--health-retries=3"])");
  CHECK(problems(spec) == Shown{});
  const Healthcheck& check = spec.healthcheck->value;
  CHECK(check.command == "curl -f x || exit 1");
  CHECK(check.interval == std::chrono::seconds(30));
  CHECK(check.start_period == std::chrono::minutes(1));
  CHECK(check.start_interval == std::chrono::seconds(2));
  CHECK(check.retries == 3);
  CHECK(spec.healthcheck->origin.field == "docker.extra_args[0]");
  CHECK(problems(spec_of(R"(extra_args = ["--no-healthcheck", "--health-retries=3"])")) ==
        Shown{"invalid-value docker.extra_args[0]"});
  CHECK(problems(spec_of(R"(extra_args = ["--health-retries=3", "--health-retries=4"])")) ==
        Shown{"ambiguous-value docker.extra_args[1]"});
  CHECK(problems(spec_of(R"(extra_args = ["--health-interval=1us"])")) == Shown{"invalid-value docker.extra_args[0]"});
}

TEST_CASE("options of the network need a network that knows them") {
  const ContainerSpec spec =
      spec_of(R"(extra_args = ["--net=lan", "--network-alias=a", "--net-alias=b", "--ip=10.0.0.5",
      "--ip6=2001:db8::5", "--link-local-ip=169.254.0.5", "--mac-address=02-42-AC-11-00-02", "--link=db:database"])");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.network_aliases.at(1).value == "b");
  CHECK(spec.ipv4_address->value == "10.0.0.5");
  CHECK(spec.mac_address->value == "02:42:ac:11:00:02");
  CHECK(spec.links.at(0).value.alias == "database");
  CHECK(problems(spec_of(R"(extra_args = ["--network-alias=a"])")) == Shown{"invalid-value docker.extra_args[0]"});
  CHECK(problems(spec_of(R"(extra_args = ["--net=bridge", "--ip=10.0.0.5"])")) ==
        Shown{"invalid-value docker.extra_args[1]"});
  CHECK(problems(spec_of(R"(extra_args = ["--net=bridge", "--mac-address=02:42:ac:11:00:02"])")) == Shown{});
  CHECK(problems(spec_of(R"(extra_args = ["--net=none", "--link=db"])")) ==
        Shown{"invalid-value docker.extra_args[1]"});
}

TEST_CASE("what --network says of an endpoint no flag says again, in whichever order") {
  for (const char* pair :
       {R"("--network", "name=n,ip=10.0.0.5", "--ip=10.0.0.6")",
        R"("--ip=10.0.0.6", "--network", "name=n,ip=10.0.0.5")",
        R"("--network", "name=n,ip6=2001:db8::5", "--ip6=2001:db8::6")",
        R"("--ip6=2001:db8::6", "--network", "name=n,ip6=2001:db8::5")",
        R"("--network", "name=n,mac-address=02:42:ac:11:00:02", "--mac-address=02:42:ac:11:00:03")",
        R"("--mac-address=02:42:ac:11:00:03", "--network", "name=n,mac-address=02:42:ac:11:00:02")"}) {
    CAPTURE(pair);
    const Shown found = problems(spec_of(fmt::format("extra_args = [{}]", pair)));
    REQUIRE(found.size() == 1);
    CHECK(found.front().starts_with("invalid-value docker.extra_args["));
  }
  CHECK(problems(spec_of("network = \"name=n,ip=10.0.0.5\"\nextra_args = [\"--ip=10.0.0.6\"]")) ==
        Shown{"invalid-value docker.extra_args[0]"});
}

TEST_CASE("a search domain has a letter, and loses the dot that ends it") {
  const ContainerSpec spec = spec_of(R"(extra_args = ["--dns-search=foo.bar.", "--dns-search=a1", "--dns-search=."])");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.dns_search.at(0).value == "foo.bar");
  CHECK(spec.dns_search.at(2).value == ".");
  for (const std::string domain : {"17", "1.2.3.4", "..", "a..", "-a", ".a"}) {
    CAPTURE(domain);
    CHECK(problems(spec_of(fmt::format("extra_args = [\"--dns-search={}\"]", domain))) ==
          Shown{"invalid-value docker.extra_args[0]"});
  }
}

TEST_CASE("the CSV form of a network carries its options, once") {
  const ContainerSpec spec = spec_of(R"(network = "name=lan,alias=Web,ip=10.0.0.5,driver-opt=a=b,gw-priority=-5")");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.network_mode->value.name == "lan");
  CHECK(spec.network_aliases.at(0).value == "web");
  CHECK(spec.network_driver_options.at(0).value.value == "b");
  CHECK(spec.gateway_priority->value == -5);
  CHECK(problems(spec_of(R"(extra_args = ["--network=name=lan,alias=a", "--network-alias=b"])")) ==
        Shown{"invalid-value docker.extra_args[1]"});
}

TEST_CASE("a key that is given twice is ambiguous and the last one counts") {
  const ContainerSpec spec = spec_of(R"(extra_args = ["--log-opt=max-size=1m", "--log-opt", "max-size=2m"])");
  CHECK(problems(spec) == Shown{"ambiguous-value docker.extra_args[2]"});
  REQUIRE(spec.log_options.size() == 1);
  CHECK(spec.log_options.at(0).value.value == "2m");
}

TEST_CASE("contradictions between flags are refused") {
  CHECK(problems(spec_of(R"(extra_args = ["--cpus=1", "--cpu-quota=50000"])")) ==
        Shown{"cpu-invalid docker.extra_args[1]"});
  CHECK(problems(spec_of(R"(extra_args = ["--log-driver=none", "--log-opt=max-size=1m"])")) ==
        Shown{"invalid-value docker.extra_args[1]"});
  CHECK(problems(spec_of(R"(extra_args = ["--gpus=1", "--gpus=device=0"])")) ==
        Shown{"invalid-value docker.extra_args[1]"});
}

TEST_CASE("a device by path and one by its CDI name go different ways") {
  const ContainerSpec spec = spec_of(R"(devices = ["/dev/fuse", "nvidia.com/gpu=all"])");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.devices.at(0).value.host == "/dev/fuse");
  CHECK(spec.cdi_devices.at(0).value == "nvidia.com/gpu=all");
}

TEST_CASE("user host is the caller, but only as a typed key") {
  const ContainerSpec spec = spec_of("user = \"host\"");
  CHECK(spec.user->value.text() == "1000:1001");
  CHECK(spec.user->value.host);
  CHECK(problems(spec_of("extra_args = [\"--user=host\"]")) == Shown{"invalid-value docker.extra_args[0]"});
}

TEST_CASE("environment: later declarations win and every way in is read alike") {
  RunOverrides overrides;
  overrides.environment = {"C=4", "HOME_OF_CALLER", "UNSET"};
  const MapVariables environment{{{"HOME_OF_CALLER", "value"}, {"TOKEN", "t"}}};
  const ContainerSpec spec = spec_of("environment = [\"A=2\", \"TOKEN\"]\nextra_args = [\"-e\", \"B=3\"]", overrides,
                                     environment, "env = { A = \"1\", B = \"1\", C = \"1\" }");
  CHECK(problems(spec) == Shown{});
  Shown shown;
  for (const auto& entry : spec.env) {
    shown.push_back(fmt::format("{}={}{}", entry.value.name, entry.value.value.value_or("(none)"),
                                entry.value.from_caller ? " caller" : ""));
  }
  CHECK(shown == Shown{"A=2", "TOKEN=t caller", "B=3", "C=4", "HOME_OF_CALLER=value caller", "UNSET=(none) caller"});
}

TEST_CASE("control characters reach no engine") {
  CHECK(problems(spec_of(R"(network = "host\u0000x")")) == Shown{"control-character docker.network"});
  CHECK(problems(spec_of(R"(hostname = "a\nb")")) == Shown{"control-character docker.hostname"});
  CHECK(problems(spec_of(R"(environment = ["A=1\nB=2"])")) == Shown{"control-character docker.environment[0]"});
  CHECK(problems(spec_of(R"(extra_args = ["--label=a\u001b[2J"])")) == Shown{"control-character docker.extra_args[0]"});
  CHECK(problems(spec_of(R"x(command = ["print(1)\nprint(2)"])x")) == Shown{});
  CHECK(problems(spec_of(R"(command = ["a\u0000"])")) == Shown{"control-character docker.command[0]"});
  RunOverrides overrides;
  overrides.arguments = {"\xff"};
  CHECK(problems(spec_of("", overrides)) == Shown{"control-character argument"});
}

TEST_CASE("the caller's words follow the manifest's") {
  RunOverrides overrides;
  overrides.arguments = {"-version", "--", ""};
  const ContainerSpec spec = spec_of("command = [\"-hide_banner\"]", overrides);
  Shown words;
  for (const auto& word : spec.command) words.push_back(word.value);
  CHECK(words == Shown{"-hide_banner", "-version", "--", ""});
}

TEST_CASE("host paths start at the manifest's folder or at the caller's home") {
  const ContainerSpec spec = spec_of(R"(volumes = ["./data:/a", "../x:/b:ro", "~/y:/c", "/abs//z/../w:/d"])");
  CHECK(problems(spec) == Shown{});
  Shown sources;
  for (const auto& mount : spec.mounts) sources.push_back(mount.value.source);
  CHECK(sources == Shown{"/project/data", "/x", "/home/u/y", "/abs/w"});
}

TEST_CASE("a bind at or below the caller's working directory is marked by its place, however it is written") {
  const ContainerSpec spec = spec_of(
      R"(volumes = ["${SKILL_WORKDIR}:/a", "${SKILL_WORKDIR}/sub:/b", "/home/u/work:/c", "${SKILL_WORKDIR}/../x:/d",
"/home/u/workshop:/e", "/home/u:/f"])");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.mounts.at(0).value.caller_workdir);
  CHECK(spec.mounts.at(1).value.caller_workdir);
  CHECK(spec.mounts.at(2).value.caller_workdir);
  CHECK_FALSE(spec.mounts.at(3).value.caller_workdir);
  CHECK_FALSE(spec.mounts.at(4).value.caller_workdir);
  CHECK_FALSE(spec.mounts.at(5).value.caller_workdir);
}

TEST_CASE("an expanded value cannot add a mount option") {
  const MapVariables environment{{{"DIR", "/data:/x:rw,z"}}};
  const ContainerSpec spec = spec_of(R"(volumes = ["${DIR}:/y:ro"])", {}, environment);
  CHECK(problems(spec) == Shown{});
  CHECK(spec.mounts.at(0).value.source == "/data:/x:rw,z");
  CHECK(spec.mounts.at(0).value.target == "/y");
  CHECK(spec.mounts.at(0).value.read_only);
  CHECK(spec.mounts.at(0).value.relabel == Relabel::none);
  const MapVariables comma{{{"DIR", "/data,readonly=false\",\"x=1"}}};
  const ContainerSpec table =
      spec_of(R"(mounts = [{ type = "bind", source = "${DIR}", target = "/y", read_only = true }])", {}, comma);
  CHECK(problems(table) == Shown{});
  CHECK(table.mounts.at(0).value.source == "/data,readonly=false\",\"x=1");
  CHECK(table.mounts.at(0).value.read_only);
}

TEST_CASE("mount tables and --mount have one meaning") {
  const ContainerSpec spec = spec_of(R"(
mounts = [{ source = "/data", target = "/a", read_only = true }, { type = "tmpfs", target = "/b", tmpfs_size = "1m" }]
extra_args = ["--mount=type=bind,src=/data,dst=/c,ro"]
)");
  CHECK(problems(spec) == Shown{});
  REQUIRE(spec.mounts.size() == 3);
  CHECK(spec.mounts[0].value.type == MountType::bind);
  CHECK(spec.mounts[0].value.read_only);
  CHECK(spec.mounts[1].value.tmpfs_size == 1048576);
  CHECK(spec.mounts[2].value.read_only);
}

TEST_CASE("mounts that no engine takes, and two on one target, are refused") {
  CHECK(problems(spec_of(R"(volumes = ["/a:/x", "/b:/x/"])")) == Shown{"invalid-mount docker.volumes[1]"});
  CHECK(problems(spec_of(R"(volumes = ["/a:rel", "::", "/a:/b:rx"])")).size() == 3);
  CHECK(problems(spec_of(R"(extra_args = ["--mount=type=npipe,src=/a,dst=/b"])")) ==
        Shown{"unknown-mount-type docker.extra_args[0]"});
}

TEST_CASE("an instance that gives the network up wins over every other setting") {
  const ContainerSpec spec =
      spec_of("network = \"bridge\"", {}, no_environment,
              "default_instance = \"i\"\n[skills.x.instances.i.capabilities]\nnetwork_access = false");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.network_mode->value.kind == NetworkKind::none);
  CHECK(spec.network_mode->origin.field == "capabilities.network_access");
}

TEST_CASE("a second network is refused: docker would join both") {
  CHECK(problems(spec_of(R"(extra_args = ["--network=none", "--net=host"])")) ==
        Shown{"invalid-value docker.extra_args[1]"});
}

TEST_CASE("a second --gpus is refused: docker would ask for both") {
  CHECK(problems(spec_of(R"(extra_args = ["--gpus=1", "--gpus=1"])")) == Shown{"invalid-value docker.extra_args[1]"});
}

TEST_CASE("of several no-new-privileges the last one counts, as engines read them") {
  CHECK(spec_of(R"(security_opt = ["no-new-privileges:false", "no-new-privileges"])").no_new_privileges->value);
  const ContainerSpec spec = spec_of(R"(security_opt = ["no-new-privileges", "no-new-privileges=0"]
extra_args = ["--security-opt", "seccomp=unconfined"])");
  CHECK_FALSE(spec.no_new_privileges->value);
  CHECK(spec.security_opt.at(0).value == "seccomp=unconfined");
  CHECK(spec.security_opt.at(0).origin.field == "docker.extra_args[1]");
}

TEST_CASE("a memory limit below what engines take is refused") {
  CHECK(problems(spec_of("memory = \"5m\"")) == Shown{"memory-invalid docker.memory"});
  CHECK(problems(spec_of("memory = \"1g\"\nmemory_swap = -1")) == Shown{});
}

TEST_CASE("build takes exactly one of packages and context, with plain names") {
  const ContainerSpec spec =
      spec_of("build = { packages = { suite = \"bookworm\", include = [\"jq\", \"a2ps\", \"jq\"] } }");
  CHECK(problems(spec) == Shown{});
  CHECK(spec.build->value.packages->include == Shown{"a2ps", "jq"});
  CHECK(problems(spec_of("build = { packages = { suite = \"-x\", include = [\"--hook=sh\", \"jq\"] } }")) ==
        Shown{"invalid-value docker.build.packages.suite", "invalid-value docker.build.packages.include[0]"});
  CHECK(problems(spec_of("build = { context = \"img\", dockerfile = \"../x\" }")) ==
        Shown{"invalid-value docker.build.dockerfile"});
  CHECK(spec_of("build = { context = \"img\" }").build->value.context->context == "/project/img");
}

TEST_CASE("a label's key holds no blank, and a kernel parameter is one that engines set") {
  for (const auto* words : {R"("--label=a b=c")", R"("-l= a=b")", R"("-l", "a\tb=c")"}) {
    CAPTURE(words);
    CHECK_FALSE(problems(spec_of(fmt::format("extra_args = [{}]", words))).empty());
  }
  CHECK(problems(spec_of(R"(extra_args = ["--label=a=b c"])")).empty());
  CHECK(problems(spec_of(R"(extra_args = ["--sysctl=kernel.domainname=x"])")) == Shown{"sysctl docker.extra_args[0]"});
  CHECK(problems(spec_of(R"(extra_args = ["--sysctl=kernel.shmmax=1", "--sysctl=fs.mqueue.msg_max=5"])")).empty());
}

TEST_CASE("labels of skillrun are reserved") {
  CHECK(problems(spec_of(R"(labels = { "skillrun.pid" = "1" })")) ==
        Shown{"reserved-label docker.labels.skillrun.pid"});
}
