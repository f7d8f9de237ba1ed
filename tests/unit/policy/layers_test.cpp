#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>
#include <skillrun/rule.hpp>

#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

PolicyInput layer(PolicyLayer layer, const std::string& rest) {
  return {.layer = layer, .builtin = {}, .source = named(std::string(to_string(layer)), rest)};
}

PolicyInput builtin(std::string name) {
  return {.layer = PolicyLayer::option, .builtin = std::move(name), .source = {}};
}

ParsedPolicy fold(std::vector<PolicyInput> inputs, const PolicyFiles* files = nullptr) {
  return Policy::fold(inputs, files);
}

Severity severity(const ParsedPolicy& policy, std::string_view rule) {
  if (!policy) FAIL_CHECK(policy.error().front().message);
  REQUIRE(policy);
  return (*policy)->severity(rule);
}

constexpr auto system_layer = PolicyLayer::system;
constexpr auto user = PolicyLayer::user;
constexpr auto project = PolicyLayer::project;
constexpr auto option = PolicyLayer::option;

std::string rule(const std::string& id, const std::string& settings) {
  return "rules:\n  " + id + ": {" + settings + "}\n";
}

}  // namespace

TEST_CASE("with no policy at all it is baseline that judges") {
  const auto nothing = fold({});
  REQUIRE(nothing);
  CHECK((*nothing)->name() == "baseline");
  for (const RuleInfo& info : rule_catalogue()) CHECK((*nothing)->severity(info.id) == info.baseline);
  CHECK((*nothing)->defaults().network == "none");
}

TEST_CASE("a policy's digest is that of everything it was read from") {
  const auto digest = [](const ParsedPolicy& policy) {
    REQUIRE(policy);
    return (*policy)->digest();
  };
  const auto one = fold({layer(option, "rules: {privileged: {severity: error}}\n")});
  CHECK(digest(one).starts_with("sha256:"));
  CHECK(digest(one).size() == 71);
  CHECK(digest(one) == digest(fold({layer(option, "rules: {privileged: {severity: error}}\n")})));
  CHECK(digest(one) != digest(fold({layer(option, "rules: {privileged: {severity: warning}}\n")})));
  CHECK(digest(one) != digest(fold({layer(system_layer, "rules: {privileged: {severity: error}}\n")})));
  CHECK(digest(fold({builtin("baseline")})) != digest(fold({builtin("restricted")})));
  CHECK(digest(fold({builtin("restricted")})) == Policy::builtin("restricted")->digest());
}

TEST_CASE("a layer tightens what is below it") {
  const auto folded = fold({layer(system_layer, rule("memory-missing", "severity: error")),
                            layer(user, rule("cpu-missing", "severity: warning")),
                            layer(project, rule("root-user", "severity: error"))});
  CHECK(severity(folded, "memory-missing") == Severity::error);
  CHECK(severity(folded, "cpu-missing") == Severity::warning);
  CHECK(severity(folded, "root-user") == Severity::error);
  CHECK(severity(folded, "image-latest") == Severity::warning);
  CHECK((*folded)->name() == "project");
}

TEST_CASE("a layer that would lower a severity is an error that says where and against whom") {
  for (const PolicyLayer above : {user, project}) {
    const Finding finding = fault(fold({layer(system_layer, rule("memory-missing", "severity: error")),
                                        layer(above, rule("memory-missing", "severity: warning"))}));
    CHECK(finding.source->name == std::string(to_string(above)) + ".yaml");
    CHECK(finding.span.begin == Position{4, 30});
    CHECK(finding.field == "rules.memory-missing.severity");
    CHECK(says(finding, "memory-missing cannot be lowered from error to warning"));
    CHECK(says(finding, "system (system.yaml:4)"));
  }
  // Without a floor it is baseline that a user's policy cannot go below.
  CHECK(says(fault(fold({layer(user, rule("privileged", "severity: warning"))})), "baseline"));
  CHECK(says(fault(fold({layer(user, rule("root-user", "severity: off"))})), "baseline"));
}

TEST_CASE("the floor itself may be anything, and nothing above it but the caller may go below") {
  const auto open = fold({layer(system_layer, "extends: [privileged]\n")});
  CHECK(severity(open, "host-network") == Severity::info);
  CHECK(severity(open, "unknown-flag") == Severity::error);
  CHECK(severity(fold({layer(system_layer, "extends: [privileged]\n"), layer(user, "extends: [baseline]\n")}),
                 "host-network") == Severity::error);
}

TEST_CASE("a layer that extends a built-in policy gets the stricter of both, rule by rule") {
  const auto folded = fold({layer(system_layer, rule("network-not-none", "severity: error")),
                            layer(user, "extends: [restricted]\n"), layer(project, "extends: [baseline]\n")});
  CHECK(severity(folded, "network-not-none") == Severity::error);
  CHECK(severity(folded, "memory-missing") == Severity::error);
  CHECK((*folded)->defaults().cap_drop == std::vector<std::string>{"ALL"});
  CHECK(says(fault(fold({layer(user, "extends: [privileged]\n")})), "can only tighten"));
}

TEST_CASE("the caller may relax what nobody has locked") {
  const PolicyInput floor =
      layer(system_layer, "rules:\n  memory-missing: {severity: error}\n  host-network: {locked: true}\n");
  CHECK(severity(fold({floor, layer(option, rule("memory-missing", "severity: info"))}), "memory-missing") ==
        Severity::info);
  const auto open = fold({floor, builtin("privileged")});
  CHECK(severity(open, "memory-missing") == Severity::info);
  CHECK(severity(open, "host-network") == Severity::error);
  const Finding finding = fault(fold({floor, layer(option, rule("host-network", "severity: warning"))}));
  CHECK(says(finding, "system (system.yaml:5) has locked it"));
  CHECK(severity(
            fold({floor, layer(option, rule("memory-missing", "severity: error, locked: true")), builtin("baseline")}),
            "memory-missing") == Severity::error);
}

TEST_CASE("a lock binds whoever comes later, in layers, in options and in what is extended") {
  FakeFiles files;
  files.texts["/policies/base.yaml"] =
      "apiVersion: skillrun.policy/v1\nname: base\n" + rule("memory-missing", "severity: error, locked: true");
  CHECK(says(fault(fold({layer(option, "extends: [./base.yaml]\n" + rule("memory-missing", "severity: off"))}, &files)),
             "has locked it"));
  CHECK(severity(fold({layer(option, "extends: [./base.yaml, privileged]\n")}, &files), "memory-missing") ==
        Severity::error);
  // To tighten what is locked is no harm.
  CHECK(severity(fold({layer(system_layer, rule("cpu-missing", "severity: warning, locked: true")),
                       layer(option, rule("cpu-missing", "severity: error"))}),
                 "cpu-missing") == Severity::error);
  CHECK(says(fault_of(head + rule("memory-missing", "locked: false")), "a lock cannot be taken back"));
}

TEST_CASE("what the caller names without extends builds on what is below it") {
  const auto folded = fold({builtin("restricted"), layer(option, rule("cpu-missing", "severity: off"))});
  CHECK(severity(folded, "memory-missing") == Severity::error);
  CHECK(severity(folded, "cpu-missing") == Severity::off);
  CHECK(severity(fold({layer(option, rule("cpu-missing", "severity: off"))}), "memory-missing") == Severity::warning);
  CHECK(severity(fold({builtin("restricted"), builtin("baseline")}), "memory-missing") == Severity::warning);
  CHECK_FALSE(fold({builtin("lenient")}));
}

TEST_CASE("layers narrow lists, roots and maxima, and add to what is refused") {
  const PolicyInput floor = layer(system_layer,
                                  "rules:\n"
                                  "  memory-invalid: {params: {max: 2g}}\n"
                                  "  image-registry: {severity: error, params: {allow: ['ghcr.io/acme/**'], deny: "
                                  "['ghcr.io/acme/old/*']}}\n"
                                  "  mount-outside-roots: {severity: error, params: {roots: [/data, /srv]}}\n"
                                  "  published-port: {params: {allow: [8000-8099]}}\n");
  for (const char* stricter :
       {"memory-invalid: {params: {max: 1g}}", "memory-invalid: {params: {max: 2g}}",
        "image-registry: {params: {allow: ['ghcr.io/acme/tools/*']}}", "image-registry: {params: {allow: []}}",
        "image-registry: {params: {deny: ['ghcr.io/acme/new/*']}}", "mount-outside-roots: {params: {roots: [/data/a]}}",
        "mount-outside-roots: {params: {roots: [{path: /data, mode: ro}]}}",
        "published-port: {params: {allow: [8080]}}", "sensitive-mount: {params: {add: [/opt/x]}}",
        "shm-large: {params: {max: 64m}}"}) {
    CAPTURE(stricter);
    CHECK(fold({floor, layer(user, std::string("rules:\n  ") + stricter + "\n")}));
  }
  for (const char* laxer :
       {"memory-invalid: {params: {max: 3g}}", "image-registry: {params: {allow: ['ghcr.io/acme/**', 'quay.io/x']}}",
        "image-registry: {params: {allow: ['ghcr.io/**']}}", "mount-outside-roots: {params: {roots: [/data, /opt]}}",
        "mount-outside-roots: {params: {roots: [\"${SKILL_WORKDIR}\"]}}",
        "published-port: {params: {allow: [8000-8100]}}", "published-port: {params: {allow: [8000/udp]}}",
        "sensitive-mount: {params: {replace: [/etc]}}", "sensitive-mount: {params: {allow_read_only: [/etc/shadow]}}",
        "shm-large: {params: {max: 2g}}", "cap-add-baseline: {params: {allow: [SYS_ADMIN]}}",
        "sysctl: {params: {allow: [kernel.core_pattern]}}"}) {
    CAPTURE(laxer);
    const Finding finding = fault(fold({floor, layer(user, std::string("rules:\n  ") + laxer + "\n")}));
    CHECK(finding.source->name == "user.yaml");
    CHECK(finding.span.begin.line == 4);
    CHECK(says(finding, "can only tighten"));
    CHECK(fold({floor, layer(option, std::string("rules:\n  ") + laxer + "\n")}));
  }
}

TEST_CASE("a layer that switches a rule on may say what the rule lets pass") {
  CHECK(fold({layer(user, rule("image-registry", "severity: error, params: {allow: ['quay.io/**']}"))}));
}

TEST_CASE("only the machine and the caller of the moment name roots, because what lies in one is not shown any more") {
  ContainerSpec spec = clean_spec();
  Mount mount;
  mount.source = "/data/films";
  mount.target = "/data";
  mount.read_only = true;
  spec.mounts = {set(mount, "docker.volumes[0]", "/data/films:/data:ro")};
  const auto refused = [&](const ParsedPolicy& policy) {
    REQUIRE(policy);
    return has(evaluate(**policy, spec, LexicalHost()), "mount-outside-roots", Severity::error);
  };
  const std::string data = rule("mount-outside-roots", "severity: error, params: {roots: [/data]}");
  const PolicyInput restricted{.layer = option, .builtin = "restricted", .source = nullptr};
  CHECK_FALSE(fold({layer(project, data)}));
  CHECK_FALSE(fold({layer(user, data)}));
  CHECK(refused(fold({restricted})));
  CHECK_FALSE(refused(fold({layer(system_layer, data)})));
  CHECK_FALSE(refused(fold({layer(system_layer, data), restricted})));
  CHECK_FALSE(refused(fold({layer(option, data), restricted})));
}

TEST_CASE("what a project keeps out stays out under a policy that the caller names") {
  ContainerSpec spec = clean_spec();
  Mount mount;
  mount.source = "/opt/secrets/x";
  mount.target = "/data";
  mount.read_only = true;
  spec.mounts = {set(mount, "docker.volumes[0]", "/opt/secrets/x:/data:ro")};
  const PolicyInput own = layer(project, rule("sensitive-mount", "params: {add: [/opt/secrets]}"));
  for (const char* name : {"baseline", "restricted"}) {
    CAPTURE(name);
    const auto folded = fold({own, builtin(name)});
    REQUIRE(folded);
    CHECK(has(evaluate(**folded, spec, LexicalHost()), "sensitive-mount", Severity::error));
  }
}

TEST_CASE("a locked rule keeps its parameters") {
  const PolicyInput floor = layer(system_layer, rule("memory-invalid", "locked: true, params: {max: 1g}"));
  CHECK(says(fault(fold({floor, layer(option, rule("memory-invalid", "params: {max: 2g}"))})), "has locked it"));
  CHECK(fold({floor, layer(option, rule("memory-invalid", "params: {max: 512m}"))}));
}

TEST_CASE("defaults of layers only harden") {
  const PolicyInput floor = layer(system_layer, "defaults: {pids_limit: 512, user: '1000:1000'}\n");
  for (const char* stricter : {"pids_limit: 100", "cap_drop: [NET_RAW]", "read_only: true", "network: none",
                               "tmpfs: [/tmp]", "user: '1000:1000'", "no_new_privileges: true"}) {
    CAPTURE(stricter);
    CHECK(fold({floor, layer(project, std::string("defaults: {") + stricter + "}\n")}));
  }
  for (const char* laxer : {"pids_limit: 513", "network: bridge", "init: false", "no_new_privileges: false",
                            "memory_swap_equals_memory: false", "user: '0:0'", "user: '1001:1001'"}) {
    CAPTURE(laxer);
    CHECK(says(fault(fold({floor, layer(project, std::string("defaults: {") + laxer + "}\n")})), "cannot be relaxed"));
  }
  // Where nobody named a user below, a layer may name one, but not root.
  CHECK(fold({layer(project, "defaults: {user: '1000:1000'}\n")}));
  for (const char* root : {"'0:0'", "root", "'root:1000'", "'0'"}) {
    CAPTURE(root);
    CHECK(says(fault(fold({layer(project, std::string("defaults: {user: ") + root + "}\n")})), "cannot be relaxed"));
  }
  const auto folded = fold({layer(system_layer, "defaults: {cap_drop: [NET_RAW], tmpfs: ['/tmp:size=1m']}\n"),
                            layer(user, "defaults: {cap_drop: [MKNOD], tmpfs: [/scratch]}\n")});
  REQUIRE(folded);
  CHECK((*folded)->defaults().cap_drop == std::vector<std::string>{"MKNOD", "NET_RAW"});
  CHECK((*folded)->defaults().tmpfs == std::vector<std::string>{"/scratch", "/tmp:size=1m"});
  CHECK_FALSE(
      fold({layer(system_layer, "defaults: {cap_drop: [NET_RAW]}\n"), layer(user, "defaults: {cap_drop: []}\n")}));
  CHECK_FALSE(fold({layer(system_layer, "defaults: {tmpfs: ['/tmp:size=1m']}\n"),
                    layer(user, "defaults: {tmpfs: ['/tmp:size=1g']}\n")}));
}

TEST_CASE("explain names the policy that set a default") {
  const auto folded = fold({layer(system_layer, "defaults: {pids_limit: 512}\n"), layer(user, "rules: {}\n")});
  REQUIRE(folded);
  ContainerSpec spec = clean_spec();
  spec.pids_limit.reset();
  spec.network_mode.reset();
  spec = with_defaults(**folded, spec);
  CHECK(spec.pids_limit->origin.field == "system");
  CHECK(spec.network_mode->origin.field == "baseline");
}

TEST_CASE("what cannot be understood is refused by every combination of policies") {
  const auto folded = fold({layer(system_layer, "extends: [privileged]\n"), builtin("privileged")});
  for (const RuleInfo& info : rule_catalogue()) {
    if (info.always_refuses()) CHECK(severity(folded, info.id) == Severity::error);
  }
}

TEST_CASE("policies extend files by a path relative to the document") {
  FakeFiles files;
  const std::string version = "apiVersion: skillrun.policy/v1\n";
  files.texts["/policies/team/base.yaml"] = version + "name: team\nextends: [../org.yaml]\n";
  files.texts["/policies/org.yaml"] = version + "name: org\nextends: [restricted]\n" + rule("gpu", "severity: error");
  const auto folded =
      fold({layer(option, "extends: [team/base.yaml]\n" + rule("root-user", "severity: info"))}, &files);
  CHECK(severity(folded, "gpu") == Severity::error);
  CHECK(severity(folded, "memory-missing") == Severity::error);
  CHECK(severity(folded, "root-user") == Severity::info);
  CHECK(severity(fold({layer(option, "extends: [/policies/org.yaml]\n")}, &files), "gpu") == Severity::error);
}

TEST_CASE("a file that cannot be extended is an error with its place") {
  FakeFiles files;
  const std::string version = "apiVersion: skillrun.policy/v1\n";
  files.texts["/policies/a.yaml"] = version + "name: a\nextends: [./b.yaml]\n";
  files.texts["/policies/b.yaml"] = version + "name: b\nextends: [./a.yaml]\n";
  files.texts["/policies/self.yaml"] = version + "name: self\nextends: [self.yaml]\n";
  files.texts["/policies/bad.yaml"] = version + "name: bad\nrules: {nope: {severity: error}}\n";
  for (int i = 0; i < 20; ++i) {
    files.texts["/policies/deep" + std::to_string(i) + ".yaml"] =
        version + "name: deep\nextends: [./deep" + std::to_string(i + 1) + ".yaml]\n";
    files.texts["/policies/wide" + std::to_string(i) + ".yaml"] = version + "name: wide\nextends: [./wide" +
                                                                  std::to_string(i + 1) + ".yaml, ./wide" +
                                                                  std::to_string(i + 1) + ".yaml]\n";
  }
  const auto extends = [&](const std::string& name, const PolicyFiles* with) {
    return fold({layer(option, "extends: [" + name + "]\n")}, with);
  };
  const Finding missing = fault(extends("./nowhere.yaml", &files));
  CHECK(says(missing, "cannot be read: no such file"));
  CHECK(missing.span.begin == Position{3, 11});
  CHECK(says(fault(extends("./a.yaml", &files)), "extends itself"));
  CHECK(fault(extends("./a.yaml", &files)).source->name == "/policies/b.yaml");
  CHECK(says(fault(extends("./option.yaml", &files)), "extends itself"));
  CHECK(says(fault(extends("./deep0.yaml", &files)), "deep"));
  CHECK_FALSE(extends("./wide0.yaml", &files));
  const Finding inner = fault(extends("./bad.yaml", &files));
  CHECK(inner.source->name == "/policies/bad.yaml");
  CHECK(says(inner, "unknown key"));
  CHECK(says(fault(extends("./a.yaml", nullptr)), "cannot be looked for here"));
}

TEST_CASE("faults of all policies are reported at once") {
  const auto folded = fold({layer(system_layer, rule("nope", "severity: error")),
                            layer(user, rule("root-user", "severity: off")), layer(option, "extends: [nope]\n")});
  REQUIRE_FALSE(folded);
  CHECK(folded.error().size() == 3);
}
