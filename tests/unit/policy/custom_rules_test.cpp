#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>
#include <skillrun/parsing.hpp>

#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string rule(const std::string& conditions, const std::string& more = "") {
  return "custom:\n  - id: acme-rule\n    severity: error\n    message: not as acme wants it\n    " + conditions +
         "\n" + more;
}

Findings judge(const std::string& conditions, const ContainerSpec& spec) {
  Findings own;
  for (Finding& finding : evaluate(*policy(rule(conditions)), spec, LexicalHost())) {
    if (finding.rule == "acme-rule") own.push_back(std::move(finding));
  }
  return own;
}

bool holds(const std::string& condition, const ContainerSpec& spec) {
  return judge("assert: " + condition, spec).empty();
}

ContainerSpec rich_spec() {
  ContainerSpec spec = clean_spec();
  spec.image.value = *parse_image_reference("ghcr.io/acme/ffmpeg:5.1");
  spec.labels.push_back(set(KeyValue{.key = "acme.owner", .value = "media"}, "docker.labels.acme.owner"));
  spec.env.push_back(set(EnvironmentEntry{.name = "LANG", .value = "C.UTF-8", .from_caller = false}, "env.LANG"));
  spec.mounts = {bind_mount("/data/in", "/in", true), bind_mount("/srv/out", "/out", false)};
  spec.mounts[1].origin = at("docker.volumes[1]", "/srv/out:/out", 7);
  spec.dns.push_back(set(std::string("10.1.2.3"), "docker.dns[0]"));
  spec.ulimits.push_back(set(Ulimit{.name = "nofile", .soft = 1024, .hard = 4096}, "docker.ulimits.nofile"));
  PortMapping port;
  port.host_ip = "127.0.0.1";
  port.host_port = 8080;
  port.container_port = 80;
  spec.ports.push_back(set(port, "docker.ports[0]"));
  return spec;
}

}  // namespace

TEST_CASE("the rule of the manual: images of acme's registry name their owner") {
  const std::string conditions =
      "when: {field: image.repository, matches: 'ghcr\\.io/acme/.+'}\n"
      "    assert: {field: 'labels[\"acme.owner\"]', exists: true}";
  ContainerSpec spec = rich_spec();
  CHECK(judge(conditions, spec).empty());
  spec.labels.clear();
  const Findings findings = judge(conditions, spec);
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().severity == Severity::error);
  CHECK(findings.front().message == "not as acme wants it");
  CHECK(findings.front().skill == "tool");
  CHECK_FALSE(findings.front().remediation.empty());
  spec.image.value = *parse_image_reference("busybox");
  CHECK(judge(conditions, spec).empty());
}

TEST_CASE("a finding points at the value that fails and shows it") {
  const Findings findings = judge("assert: {all: {field: 'mounts[*].source', path_under: /data}}", rich_spec());
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().field == "docker.volumes[1]");
  CHECK(findings.front().span.begin.line == 7);
  CHECK(findings.front().evidence == "/srv/out:/out");
  const Findings leaf = judge("assert: {field: memory, lte: 256m}", rich_spec());
  REQUIRE(leaf.size() == 1);
  CHECK(leaf.front().field == "docker.memory");
}

TEST_CASE("every element and every part of an all that fails is reported") {
  CHECK(judge("assert: {none: {field: 'mounts[*].type', equals: bind}}", rich_spec()).size() == 2);
  CHECK(judge("assert: {all: [{field: memory, lte: 1m}, {field: hostname, exists: true}]}", rich_spec()).size() == 2);
  CHECK(judge("assert: {any: [{field: memory, lte: 1m}, {field: hostname, exists: true}]}", rich_spec()).size() == 1);
  CHECK(judge("assert: {not: {field: memory, exists: true}}", rich_spec()).size() == 1);
}

TEST_CASE("operators hold of what they say") {
  const ContainerSpec spec = rich_spec();
  for (const char* condition :
       {"{field: memory, exists: true}",
        "{field: hostname, exists: false}",
        "{field: mounts, exists: true}",
        "{field: devices, exists: false}",
        "{field: image.tag, equals: '5.1'}",
        "{field: image.tag, in: ['5', '5.1']}",
        "{field: image.registry, matches: 'ghcr\\.io'}",
        "{field: image.tag, matches: '5(\\.\\d+)?'}",
        "{field: memory, lte: 512m}",
        "{field: memory, gte: 512m}",
        "{field: memory, equals: 512m}",
        "{field: memory, gte: -1, lte: 1g}",
        "{field: nano_cpus, lte: 1}",
        "{field: nano_cpus, gte: '0.5'}",
        "{field: timeout, lte: 1m}",
        "{field: pids_limit, lte: 100}",
        "{field: user.uid, gte: 1000}",
        "{field: readonly_rootfs, equals: true}",
        "{field: network_mode, equals: none}",
        "{field: network_mode.kind, in: [none, bridge]}",
        "{field: 'labels[\"acme.owner\"]', equals: media}",
        "{field: \"labels['acme.owner']\", in: [media]}",
        "{field: 'env[\"LANG\"]', matches: 'C\\..*'}",
        "{field: 'ulimits[\"nofile\"].hard', lte: 4096}",
        "{field: 'ulimits[\"nofile\"]', equals: 1024}",
        "{any: {field: 'mounts[*].source', path_under: [/opt, /data]}}",
        "{any: {field: 'mounts[*].source', path_covers: /srv/out/x}}",
        "{all: {field: 'dns[*]', cidr: [10.0.0.0/8, 'fd00::/8']}}",
        "{none: {field: 'dns[*]', cidr: 192.168.0.0/16}}",
        "{any: {field: 'ports[*].host_ip', cidr: 127.0.0.1}}",
        "{all: {field: 'ports[*].host_port', gte: 1024}}",
        "{all: {field: 'devices[*].host', path_under: /dev}}",
        "{none: {field: 'devices[*].host', equals: x}}",
        "{all: {field: 'cap_drop[*]', equals: ALL}}",
        "{field: skill, equals: tool}",
        "{any: {field: 'mounts[*]', where: {all: [{field: source, path_under: /srv}, {field: read_only, equals: "
        "false}]}}}",
        "{none: {field: 'mounts[*]', where: {all: [{field: source, path_under: /data}, {field: read_only, equals: "
        "false}]}}}",
        "{all: {field: 'cap_drop[*]', where: {field: value, equals: ALL}}}",
        "{all: [{field: memory, exists: true}], none: [{field: hostname, exists: true}]}",
        "{not: {not: {field: memory, exists: true}}}"}) {
    CAPTURE(condition);
    CHECK(holds(condition, spec));
    CHECK_FALSE(holds(std::string("{not: ") + condition + "}", spec));
  }
}

TEST_CASE("what is not set is equal to nothing, and no pattern matches a part") {
  const ContainerSpec spec = rich_spec();
  for (const char* condition :
       {"{field: hostname, equals: ''}", "{field: hostname, matches: '.*'}", "{field: shm_size, lte: 1g}",
        "{field: 'labels[\"x\"]', exists: true}", "{field: image.registry, matches: 'ghcr'}",
        "{field: image.registry, matches: 'hcr\\.io'}", "{field: image.registry, matches: 'GHCR\\.IO'}",
        "{any: {field: 'devices[*].host', exists: true}}", "{any: {field: 'mounts[*].source', path_under: /dat}}",
        "{any: {field: 'dns[*]', cidr: 10.1.2.0/25, equals: x}}"}) {
    CAPTURE(condition);
    CHECK_FALSE(holds(condition, spec));
  }
  ContainerSpec copied = spec;
  copied.env.push_back(set(EnvironmentEntry{.name = "TOKEN", .value = "swordfish", .from_caller = true}, "env.TOKEN"));
  CHECK(holds("{field: 'env[\"TOKEN\"]', exists: false}", copied));
}

TEST_CASE("a name that does not exist, an operator that does not fit, and a bad value are errors with their place") {
  for (const auto& [condition, part] : std::vector<std::pair<std::string, std::string>>{
           {"{field: memry, exists: true}", "did you mean \"memory\"?"},
           {"{field: image.name, exists: true}", "no field 'image.name'"},
           {"{any: {field: 'mounts[*].labels', exists: true}}", "is a table"},
           {"{any: {field: 'mounts[*].labels[\"x\"]y', exists: true}}", "is a table"},
           {"{any: {field: 'mounts[*].source[\"x\"]', exists: true}}", "is not a field"},
           {"{field: 'mounts[*].sorce', exists: true}", "did you mean \"source\"?"},
           {"{field: 'mounts[*].source', equals: x}", "several values"},
           {"{any: {field: 'mounts[*]', equals: x}}", "several parts"},
           {"{any: {field: memory, equals: 1}}", "not about the elements"},
           {"{any: {field: 'mounts[*].source', where: {field: value, equals: x}}}", "is one value"},
           {"{any: {field: 'mounts[*]', where: {field: memory, equals: 1}}}", "no part of mounts"},
           {"{any: {field: 'mounts[*]', where: {any: {field: 'dns[*]', equals: x}}}}", "expected a list of conditions"},
           {"{any: {field: 'mounts[*]', where: {field: source, equals: x}, equals: y}}", "beside where"},
           {"{field: 'mounts[\"x\"]', exists: true}", "is not a field"},
           {"{field: 'labels[acme]', exists: true}", "is not a field"},
           {"{field: 'labels[\"a\"]x', exists: true}", "is not a field"},
           {"{field: mounts, equals: x}", "is a list"},
           {"{field: memory, equal: 1}", "did you mean \"equals\"?"},
           {"{field: image.tag, lte: 1}", "lte is for numbers"},
           {"{field: memory, matches: x}", "matches is for texts"},
           {"{field: privileged, path_under: /x}", "path_under is for texts"},
           {"{field: memory, lte: lots}", "expected a size"},
           {"{field: timeout, lte: 60}", "expected a duration"},
           {"{field: privileged, equals: 1}", "expected true or false"},
           {"{field: memory, exists: maybe}", "expected true or false"},
           {"{field: image.tag, in: x}", "expected a list"},
           {"{field: image.tag, matches: '('}", "not a regular expression"},
           {"{field: image.tag, matches: '(?=x)'}", "not a regular expression"},
           {"{field: image.tag, matches: '((a{100}){100}){100}'}", "not a regular expression"},
           {"{field: image.tag, matches: '" + std::string(1001, 'a') + "'}", "more than 1000"},
           {"{field: image.tag, path_under: x}", "not an absolute"},
           {"{field: image.tag, cidr: 10.0.0.0/33}", "neither an address"},
           {"{field: image.tag, cidr: example.com}", "neither an address"},
           {"{field: memory}", "without an operator"},
           {"{}", "empty condition"},
           {"{all: []}", "empty list"},
           {"{al: []}", "did you mean \"all\"?"},
           {"[]", "expected a table"},
           {"{any: x}", "expected a list of conditions"},
           {"{any: {path_under: /x}}", "field is missing"},
       }) {
    CAPTURE(condition);
    const auto parsed = parse(head + rule("assert: " + condition));
    REQUIRE_FALSE(parsed);
    const auto about = [&, text = part](const Finding& finding) { return says(finding, text); };
    for (const Finding& finding : parsed.error()) CAPTURE(finding.message);
    CHECK(std::ranges::any_of(parsed.error(), about));
    CHECK(parsed.error().front().span.begin.line == 7);
  }
}

TEST_CASE("a custom rule needs an id of its own, a condition, a severity and a message") {
  for (const char* key : {"id", "assert", "severity", "message"}) {
    std::string text = "custom:\n  - {";
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"id", "x"}, {"assert", "{field: memory, exists: true}"}, {"severity", "error"}, {"message", "m"}}) {
      if (name != key) text += name + ": " + value + ", ";
    }
    const Finding finding = fault_of(head + text + "}\n");
    CHECK(finding.rule == "missing-field");
    CHECK(says(finding, key));
  }
  CHECK_FALSE(
      parse(head + "custom: [{id: privileged, assert: {field: memory, exists: true}, severity: off, message: m}]\n"));
  CHECK_FALSE(
      parse(head + "custom: [{id: 'A b', assert: {field: memory, exists: true}, severity: off, message: m}]\n"));
  const std::string one = "{id: x, assert: {field: memory, exists: true}, severity: off, message: m}";
  CHECK_FALSE(parse(head + "custom: [" + one + ", " + one + "]\n"));
  CHECK(fault_of(head + rule("assert: {field: memory, exists: true}\n    tests: []")).rule == "unknown-key");
  CHECK_FALSE(parse(head + "custom: {}\n"));
}

TEST_CASE("one rule cannot hold more conditions than can be judged quickly") {
  std::string many = "{all: [";
  for (int i = 0; i < 300; ++i) many += "{field: memory, exists: true}, ";
  CHECK(says(fault_of(head + rule("assert: " + many + "]}")), "more than 256 conditions"));
}

TEST_CASE("custom rules are inherited, replaced where that is allowed, locked and waived like others") {
  const std::string strict = rule("assert: {field: hostname, exists: true}");
  const std::string lax = rule("assert: {field: memory, exists: true}");
  const auto layer = [](PolicyLayer of, const std::string& text) {
    return PolicyInput{.layer = of, .builtin = {}, .source = named(std::string(to_string(of)), text)};
  };
  const auto refuses = [](const ParsedPolicy& policy) {
    REQUIRE(policy);
    return has(evaluate(**policy, clean_spec(), LexicalHost()), "acme-rule");
  };
  CHECK(refuses(Policy::fold(std::vector{layer(PolicyLayer::system, strict)})));
  CHECK_FALSE(refuses(Policy::fold(std::vector{layer(PolicyLayer::system, strict), layer(PolicyLayer::option, lax)})));
  CHECK(says(fault(Policy::fold(std::vector{layer(PolicyLayer::system, strict), layer(PolicyLayer::user, lax)})),
             "cannot be changed"));
  CHECK(says(fault(Policy::fold(std::vector{layer(PolicyLayer::system, strict + "    locked: true\n"),
                                            layer(PolicyLayer::option, lax)})),
             "has locked it"));
  const std::string waiver = "waivers:\n  - {rule: acme-rule, skill: tool, reason: x, owner: y, expires: 2027-01-31}\n";
  const std::chrono::year_month_day day{std::chrono::year(2026), std::chrono::November, std::chrono::day(21)};
  CHECK_FALSE(has_errors(evaluate(*policy(strict + waiver), clean_spec(), LexicalHost(day))));
  CHECK_FALSE(parse(head + strict + "    locked: true\n" + waiver));
  CHECK(policy(strict)->severity("acme-rule") == Severity::error);
}
