#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>
#include <skillrun/parsing.hpp>

#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string rule(const std::string& id, const std::string& settings) {
  return "rules:\n  " + id + ": {" + settings + "}\n";
}

std::string params(const std::string& id, const std::string& values) {
  return rule(id, "severity: error, params: {" + values + "}");
}

Findings judge(const std::string& document, const ContainerSpec& spec, const HostView& host = LexicalHost()) {
  return evaluate(*policy(document), spec, host);
}

ContainerSpec with_image(const std::string& text) {
  ContainerSpec spec = clean_spec();
  spec.image.value = *parse_image_reference(text);
  return spec;
}

ContainerSpec with_mounts(std::vector<Setting<Mount>> mounts) {
  ContainerSpec spec = clean_spec();
  for (const auto& mount : mounts) {
    if (mount.value.caller_workdir) spec.workdir = folder_of_workdir(mount);
  }
  spec.mounts = std::move(mounts);
  return spec;
}

}  // namespace

TEST_CASE("a maximum refuses what is above it and nothing else") {
  ContainerSpec spec = clean_spec();
  spec.memory->value = spec.memory_swap->value = std::int64_t{2} << 30;
  CHECK_FALSE(has(judge(params("memory-invalid", "max: 2GiB"), spec), "memory-invalid"));
  CHECK_FALSE(has(judge(params("memory-invalid", "max: 2g"), spec), "memory-invalid"));
  CHECK(has(judge(params("memory-invalid", "max: 2047m"), spec), "memory-invalid", Severity::error));

  spec.nano_cpus->value = 1'500'000'000;
  CHECK(has(judge(params("cpu-invalid", "max: 1"), spec), "cpu-invalid", Severity::error));
  CHECK_FALSE(has(judge(params("cpu-invalid", "max: 1.5"), spec), "cpu-invalid"));

  spec.pids_limit->value = 200;
  CHECK(has(judge(params("pids-missing", "max: 199"), spec), "pids-missing", Severity::error));
  CHECK_FALSE(has(judge(params("pids-missing", "max: 200"), spec), "pids-missing"));

  CHECK(has(judge(params("timeout-missing", "max: 59s"), spec), "timeout-missing", Severity::error));
  CHECK_FALSE(has(judge(params("timeout-missing", "max: 1m"), spec), "timeout-missing"));

  spec.shm_size = set(std::int64_t{2} << 30, "docker.shm_size");
  CHECK(has(judge("", spec), "shm-large"));
  CHECK_FALSE(has(judge(params("shm-large", "max: 2g"), spec), "shm-large"));
  spec.shm_size->value = std::int64_t{65} << 20;
  CHECK(has(judge(params("shm-large", "max: 64m"), spec), "shm-large", Severity::error));
}

TEST_CASE("images are judged by their registry and repository, spelled out") {
  const std::string allow = params("image-registry", "allow: ['docker.io/library/*', 'ghcr.io/acme/**']");
  CHECK_FALSE(has(judge(allow, with_image("busybox")), "image-registry"));
  CHECK_FALSE(has(judge(allow, with_image("docker.io/busybox:1")), "image-registry"));
  CHECK_FALSE(has(judge(allow, with_image("ghcr.io/acme/tools/ffmpeg")), "image-registry"));
  CHECK(has(judge(allow, with_image("evil/busybox")), "image-registry", Severity::error));
  CHECK(has(judge(allow, with_image("localhost:5000/library/busybox")), "image-registry"));
  CHECK(has(judge(allow, with_image("ghcr.io/acme-evil/ffmpeg")), "image-registry"));
  CHECK(has(judge(allow, with_image(std::string(64, 'a'))), "image-registry"));

  const std::string deny = params("image-registry", "deny: ['docker.io/**']");
  CHECK(has(judge(deny, with_image("busybox")), "image-registry"));
  CHECK_FALSE(has(judge(deny, with_image("quay.io/x/y")), "image-registry"));
  const std::string both = params("image-registry", "allow: ['docker.io/**'], deny: ['docker.io/evil/*']");
  CHECK(has(judge(both, with_image("evil/x")), "image-registry"));
  CHECK_FALSE(has(judge(both, with_image("good/x")), "image-registry"));
  CHECK_FALSE(has(judge(rule("image-registry", "severity: error"), with_image("evil/x")), "image-registry"));

  // What is built here comes from no registry, so a list of registries does not let its name pass.
  ContainerSpec built = with_image("docker.io/good/x");
  built.build = set(BuildRecipe{.packages = PackageRecipe{"bookworm", {"jq"}}, .context = {}}, "docker.build");
  CHECK(has(judge(both, built), "image-registry"));
  CHECK(has(judge(deny, built), "image-registry"));
  built.image.value = *parse_image_reference("quay.io/x/y");
  CHECK_FALSE(has(judge(deny, built), "image-registry"));
}

TEST_CASE("roots take the place of the working directory, unless they name it too") {
  const std::string data = params("mount-outside-roots", "roots: [{path: /data, mode: ro}, /srv/out]");
  CHECK_FALSE(has(judge(data, with_mounts({bind_mount("/data/x", "/a", true)})), "mount-outside-roots"));
  CHECK_FALSE(has(judge(data, with_mounts({bind_mount("/srv/out", "/a", false)})), "mount-outside-roots"));
  const Findings writable = judge(data, with_mounts({bind_mount("/data/x", "/a", false)}));
  REQUIRE(has(writable, "mount-outside-roots"));
  CHECK(says(writable.front(), "read-only"));
  CHECK(has(judge(data, with_mounts({bind_mount("/database", "/a", true)})), "mount-outside-roots"));
  CHECK(has(judge(data, with_mounts({workdir("/home/alice/project")})), "mount-outside-roots"));

  const std::string both = params("mount-outside-roots", "roots: [/data, \"${SKILL_WORKDIR}\"]");
  CHECK_FALSE(has(judge(both, with_mounts({workdir("/home/alice/project", "/in")})), "mount-outside-roots"));
  CHECK_FALSE(has(judge(both, with_mounts({bind_mount("/data")})), "mount-outside-roots"));
  CHECK(has(judge(both, with_mounts({bind_mount("/home/alice/project")})), "mount-outside-roots"));

  ContainerSpec narrowed = with_mounts({bind_mount("/data/a"), bind_mount("/data/b")});
  narrowed.allowed_paths = {"/data/a"};
  CHECK(rules_of(judge(both, narrowed)) == std::vector<std::string>{"mount-outside-instance"});
}

TEST_CASE("a symlink out of a root is outside") {
  FakeHost host;
  host.links = {{"/data/link", "/srv/other"}, {"/srv/data", "/mnt/disk"}, {"/srv/data/x", "/mnt/disk/x"}};
  CHECK(has(judge(params("mount-outside-roots", "roots: [/data]"), with_mounts({bind_mount("/data/link")}), host),
            "mount-outside-roots"));
  CHECK_FALSE(
      has(judge(params("mount-outside-roots", "roots: [/srv/data]"), with_mounts({bind_mount("/srv/data/x")}), host),
          "mount-outside-roots"));
}

TEST_CASE("sensitive places are added to the built-in ones; replacing them must be asked for") {
  const std::string add = params("sensitive-mount", "add: [/data/secrets]");
  CHECK(has(judge(add, with_mounts({bind_mount("/data/secrets/x")})), "sensitive-mount", Severity::error));
  CHECK(has(judge(add, with_mounts({bind_mount("/data")})), "sensitive-mount"));
  CHECK(has(judge(add, with_mounts({bind_mount("/etc/shadow")})), "sensitive-mount"));
  CHECK_FALSE(has(judge(add, with_mounts({bind_mount("/data/secretsx")})), "sensitive-mount"));

  const std::string replace = params("sensitive-mount", "replace: [/opt/secrets], add: [/opt/more]");
  CHECK_FALSE(has(judge(replace, with_mounts({bind_mount("/var/log")})), "sensitive-mount"));
  CHECK(has(judge(replace, with_mounts({bind_mount("/opt/secrets")})), "sensitive-mount"));
  CHECK(has(judge(replace, with_mounts({bind_mount("/opt/more")})), "sensitive-mount"));

  const std::string read = params("sensitive-mount", "allow_read_only: [/usr/share/dict]");
  CHECK_FALSE(has(judge(read, with_mounts({bind_mount("/usr/share/dict/words", "/w", true)})), "sensitive-mount"));
  CHECK(has(judge(read, with_mounts({bind_mount("/usr/share/dict/words", "/w", false)})), "sensitive-mount"));

  const std::string home = params("home-secrets-mount", "add: [.config/acme, ~/tokens]");
  CHECK(has(judge(home, with_mounts({bind_mount("/home/bob/.config/acme/token")})), "home-secrets-mount"));
  CHECK(has(judge(home, with_mounts({bind_mount("/home/bob/tokens")})), "home-secrets-mount"));
  CHECK_FALSE(has(judge(home, with_mounts({bind_mount("/home/bob/data")})), "home-secrets-mount"));
}

TEST_CASE("exceptions let pass what they name and nothing else") {
  ContainerSpec spec = clean_spec();
  spec.cap_add.push_back(set(std::string("SYS_PTRACE"), "docker.cap_add[0]"));
  const std::string allow =
      "rules:\n  cap-add-escape: {params: {allow: [sys_ptrace]}}\n  cap-add-baseline: {params: {allow: "
      "[CAP_SYS_PTRACE]}}\n";
  CHECK(rules_of(judge(allow, spec)).empty());
  spec.cap_add.push_back(set(std::string("ALL"), "docker.cap_add[1]"));
  CHECK(has(judge(allow, spec), "cap-add-all", Severity::error));

  spec = clean_spec();
  spec.sysctls.push_back(set(KeyValue{.key = "net.core.somaxconn", .value = "1024"}, "docker.sysctls"));
  CHECK(has(judge("", spec), "sysctl"));
  CHECK_FALSE(has(judge(params("sysctl", "allow: [net.core.somaxconn]"), spec), "sysctl"));
  spec.sysctls.front().value.value = "1+kernel.x";
  CHECK(has(judge(params("sysctl", "allow: [net.core.somaxconn]"), spec), "sysctl"));

  spec = clean_spec();
  spec.network_mode->value = {.kind = NetworkKind::named, .name = "skills"};
  CHECK(has(judge("", spec), "network-not-none"));
  CHECK_FALSE(has(judge(params("network-not-none", "allow: [skills]"), spec), "network-not-none"));
  PortMapping port;
  port.host_ip = "127.0.0.1";
  port.host_port = 8080;
  port.container_port = 80;
  spec.ports.push_back(set(port, "docker.ports[0]"));
  CHECK_FALSE(has(judge(params("published-port", "allow: [8000-8099]"), spec), "published-port"));
  CHECK(has(judge(params("published-port", "allow: [8000-8099/udp]"), spec), "published-port"));
  CHECK(has(judge(params("published-port", "allow: [8081]"), spec), "published-port"));
  spec.ports.front().value.host_port.reset();
  CHECK(has(judge(params("published-port", "allow: [1-65535]"), spec), "published-port"));
}

TEST_CASE("what a policy names of runtimes, drivers, profiles and devices passes, and nothing else does") {
  struct Case {
    const char* rule;
    const char* values;
    void (*good)(ContainerSpec&);
    void (*bad)(ContainerSpec&);
  };
  const Case cases[] = {
      {"runtime", "allow: [sysbox-runc]", [](auto& s) { s.runtime = set(std::string("sysbox-runc"), "x"); },
       [](auto& s) { s.runtime = set(std::string("sysbox"), "x"); }},
      {"annotation", "allow: [acme.note]",
       [](auto& s) { s.annotations.push_back(set(KeyValue{"acme.note", "1"}, "x")); },
       [](auto& s) { s.annotations.push_back(set(KeyValue{"acme.note2", "1"}, "x")); }},
      {"log-remote", "allow: [fluentd]", [](auto& s) { s.log_driver = set(std::string("fluentd"), "x"); },
       [](auto& s) { s.log_driver = set(std::string("syslog"), "x"); }},
      {"log-remote", "allow_options: [fluentd-address]",
       [](auto& s) { s.log_options.push_back(set(KeyValue{"fluentd-address", "a:1"}, "x")); },
       [](auto& s) { s.log_options.push_back(set(KeyValue{"syslog-address", "a:1"}, "x")); }},
      {"volume-driver", "allow: [nfs-acme]", [](auto& s) { s.volume_driver = set(std::string("nfs-acme"), "x"); },
       [](auto& s) { s.volume_driver = set(std::string("nfs"), "x"); }},
      {"apparmor-unconfined", "allow: [acme]",
       [](auto& s) { s.security_opt.push_back(set(std::string("apparmor=acme"), "x")); },
       [](auto& s) { s.security_opt.push_back(set(std::string("apparmor=acme2"), "x")); }},
      {"apparmor-unconfined", "allow: [acme, unconfined]",
       [](auto& s) { s.security_opt.push_back(set(std::string("apparmor:acme"), "x")); },
       [](auto& s) { s.security_opt.push_back(set(std::string("apparmor=unconfined"), "x")); }},
      {"device", "allow: [/dev/dri]", [](auto& s) { s.devices.push_back(set(Device{"/dev/dri/card0", "/d"}, "x")); },
       [](auto& s) { s.devices.push_back(set(Device{"/dev/dri2", "/d"}, "x")); }},
      {"cdi-device", "allow: [acme.com/gpu=0]",
       [](auto& s) { s.cdi_devices.push_back(set(std::string("acme.com/gpu=0"), "x")); },
       [](auto& s) { s.cdi_devices.push_back(set(std::string("acme.com/gpu=1"), "x")); }}};
  for (const Case& one : cases) {
    CAPTURE(one.rule);
    CAPTURE(one.values);
    ContainerSpec good = clean_spec();
    one.good(good);
    ContainerSpec bad = clean_spec();
    one.bad(bad);
    CHECK(has(judge("", good), one.rule));
    CHECK_FALSE(has(judge(params(one.rule, one.values), good), one.rule));
    CHECK(has(judge(params(one.rule, one.values), bad), one.rule, Severity::error));
  }
}

TEST_CASE("an allowed device that leads elsewhere is not allowed, and a critical one stays refused") {
  ContainerSpec spec = clean_spec();
  spec.devices.push_back(set(Device{"/dev/dri/card0", "/d"}, "docker.devices[0]"));
  FakeHost host;
  const std::string allow = params("device", "allow: [/dev/dri]");
  CHECK_FALSE(has(judge(allow, spec, host), "device"));
  host.links["/dev/dri/card0"] = "/dev/sda";
  CHECK(has(judge(allow, spec, host), "device", Severity::error));
  CHECK(has(judge(params("device", "allow: [/dev]"), spec, host), "critical-device", Severity::error));
}

TEST_CASE("a layer that only tightens cannot let more pass by such a list") {
  const auto folded = [](const std::string& rest) {
    const PolicyInput input{.layer = PolicyLayer::project, .builtin = {}, .source = named("project", rest)};
    return Policy::fold({&input, 1});
  };
  CHECK_FALSE(folded("rules: {runtime: {params: {allow: [sysbox-runc]}}}\n"));
  CHECK_FALSE(folded("rules: {device: {params: {allow: [/dev/dri]}}}\n"));
  CHECK(folded("rules: {runtime: {params: {allow: [runc]}}}\n"));
  CHECK(folded("rules: {log-remote: {params: {allow: [local]}}}\n"));
}

TEST_CASE("parameters that do not exist, or of rules that take none, are errors with the closest name") {
  const Finding unknown = fault_of(head + params("sensitive-mount", "ad: [/x]"));
  CHECK(unknown.rule == "unknown-key");
  CHECK(unknown.field == "rules.sensitive-mount.params.ad");
  CHECK(unknown.span.begin.line == 4);
  CHECK(says(unknown, "did you mean \"add\"?"));
  const Finding none = fault_of(head + params("privileged", "max: 1"));
  CHECK(says(none, "takes no parameters"));
  CHECK(none.span.begin.line == 4);
}

TEST_CASE("a parameter of the wrong type is an error with its place") {
  for (const auto& [id, values] : std::vector<std::pair<std::string, std::string>>{
           {"memory-invalid", "max: lots"},
           {"memory-invalid", "max: 0"},
           {"memory-invalid", "max: -1"},
           {"memory-invalid", "max: [1g]"},
           {"memory-invalid", "max: 1GiBiB"},
           {"cpu-invalid", "max: 2 cpus"},
           {"pids-missing", "max: 0"},
           {"pids-missing", "max: 1.5"},
           {"pids-missing", "max: \"7\""},
           {"timeout-missing", "max: 60"},
           {"image-registry", "allow: docker.io/**"},
           {"image-registry", "allow: [busybox]"},
           {"image-registry", "allow: ['library/*']"},
           {"image-registry", "allow: ['docker.io/x y']"},
           {"image-registry", "allow: ['docker.io/x@sha256']"},
           {"image-registry", "allow: ['']"},
           {"image-registry", "allow: [{}]"},
           {"mount-outside-roots", "roots: [relative]"},
           {"mount-outside-roots", "roots: [/a/../b]"},
           {"mount-outside-roots", "roots: [/a/]"},
           {"mount-outside-roots", "roots: ['${HOME}']"},
           {"mount-outside-roots", "roots: [{path: /a, mode: rwx}]"},
           {"mount-outside-roots", "roots: [{mode: ro}]"},
           {"mount-outside-roots", "roots: [{path: {path: /a}}]"},
           {"mount-outside-roots", "roots: [{path: /a, more: 1}]"},
           {"sensitive-mount", "add: [opt]"},
           {"home-secrets-mount", "add: [/home/x]"},
           {"home-secrets-mount", "add: ['../x']"},
           {"cap-add-escape", "allow: [SYS_NOPE]"},
           {"cap-add-escape", "allow: [ALL]"},
           {"network-not-none", "allow: [host]"},
           {"network-not-none", "allow: ['container:x']"},
           {"published-port", "allow: [0]"},
           {"published-port", "allow: [9-8]"},
           {"published-port", "allow: [70000]"},
           {"published-port", "allow: [80/icmp]"},
       }) {
    CAPTURE(values);
    const Finding finding = fault_of(head + params(id, values));
    CHECK(finding.span.begin.line == 4);
    CHECK(finding.field.starts_with("rules." + id + ".params."));
  }
}

TEST_CASE("a list of its own takes the place of what was added before it, and is added to after it") {
  FakeFiles files;
  const std::string version = "apiVersion: skillrun.policy/v1\n";
  files.texts["/policies/base.yaml"] =
      version + "name: base\nextends: [baseline]\n" + params("sensitive-mount", "add: [/opt/a]");
  files.texts["/policies/own.yaml"] =
      version + "name: own\nextends: [./base.yaml]\n" + params("sensitive-mount", "replace: [/opt/b]");
  const auto folded =
      Policy::parse(named("acme", "extends: [./own.yaml]\n" + params("sensitive-mount", "add: [/opt/c]")), &files);
  REQUIRE(folded);
  const auto refused = [&](const char* path) {
    return has(evaluate(**folded, with_mounts({bind_mount(path)}), LexicalHost()), "sensitive-mount");
  };
  CHECK_FALSE(refused("/opt/a"));
  CHECK_FALSE(refused("/var/log"));
  CHECK(refused("/opt/b"));
  CHECK(refused("/opt/c"));
}

TEST_CASE("of two documents the later one's list stands, and what they add to a list adds up") {
  FakeFiles files;
  files.texts["/policies/base.yaml"] =
      "apiVersion: skillrun.policy/v1\nname: base\nextends: [baseline]\n" + params("sensitive-mount", "add: [/opt/a]") +
      "  image-registry: {severity: error, params: {allow: ['docker.io/**'], deny: ['docker.io/x/*']}}\n";
  const auto folded =
      Policy::parse(named("acme", "extends: [./base.yaml]\n" + params("sensitive-mount", "add: [/opt/b]") +
                                      "  image-registry: {params: {allow: ['quay.io/**'], deny: ['quay.io/x/*']}}\n"),
                    &files);
  REQUIRE(folded);
  for (const char* path : {"/opt/a", "/opt/b"}) {
    CHECK(has(evaluate(**folded, with_mounts({bind_mount(path)}), LexicalHost()), "sensitive-mount"));
  }
  const auto refused = [&](const char* image) {
    return has(evaluate(**folded, with_image(image), LexicalHost()), "image-registry");
  };
  CHECK(refused("busybox"));
  CHECK_FALSE(refused("quay.io/a/b"));
  CHECK(refused("quay.io/x/b"));
}
