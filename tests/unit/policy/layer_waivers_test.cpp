// A layer that may only tighten waives what it made stricter itself, and nothing that others demand.
#include <doctest/doctest.h>

#include "policy_texts.hpp"

namespace skillrun::test::layer_waivers {

using namespace std::chrono_literals;

namespace {

constexpr auto system_layer = PolicyLayer::system;
constexpr auto user = PolicyLayer::user;
constexpr auto project = PolicyLayer::project;
constexpr auto option = PolicyLayer::option;
constexpr std::chrono::year_month_day day{2026y / 11 / 21};

PolicyInput layer(PolicyLayer layer, const std::string& rest) {
  return {.layer = layer, .builtin = {}, .source = named(std::string(to_string(layer)), rest)};
}

PolicyInput builtin(const char* name) { return {.layer = option, .builtin = name, .source = {}}; }

ParsedPolicy fold(const std::vector<PolicyInput>& inputs) { return Policy::fold(inputs, nullptr); }

std::string waiver(const std::string& rule) {
  return "waivers:\n  - {rule: " + rule + ", skill: tool, reason: r, owner: o, expires: 2027-01-31}\n";
}

std::string raised(const std::string& rule, const std::string& what = "severity: error") {
  return "rules:\n  " + rule + ": {" + what + "}\n";
}

ContainerSpec networked() {
  ContainerSpec spec = clean_spec();
  spec.network_mode = set(NetworkMode{.kind = NetworkKind::bridge, .name = {}}, "docker.network", "bridge", 3);
  return spec;
}

/// "error", "waived", ..., or "off" for nothing: what the policies say of a skill with a network.
std::string said(const std::vector<PolicyInput>& inputs, std::string_view rule = "network-not-none",
                 const ContainerSpec& spec = networked()) {
  const auto judging = fold(inputs);
  if (!judging) FAIL_CHECK(judging.error().front().message);
  REQUIRE(judging);
  for (const Finding& finding : evaluate(**judging, spec, LexicalHost(day))) {
    if (severity_of(finding, rule)) return finding.waived ? "waived" : std::string(to_string(finding.severity));
  }
  return "off";
}

}  // namespace

TEST_CASE("a project's policy holds the exceptions from what it makes stricter itself") {
  for (const PolicyLayer tightening : {user, project}) {
    CHECK(said({layer(tightening, raised("network-not-none"))}) == "error");
    CHECK(said({layer(tightening, raised("network-not-none") + waiver("network-not-none"))}) == "waived");
  }
}

TEST_CASE("a waiver of a layer leaves what any other layer demands, wherever that lies") {
  const PolicyInput own = layer(project, raised("network-not-none") + waiver("network-not-none"));
  CHECK(said({layer(system_layer, raised("network-not-none", "severity: warning")), own}) == "warning");
  CHECK(said({layer(user, raised("network-not-none")), own}) == "error");
  CHECK(said({own, builtin("restricted")}) == "error");
  CHECK(said({own, layer(option, raised("network-not-none", "severity: warning"))}) == "warning");
}

TEST_CASE("a waiver undoes a parameter that its own layer narrowed, and no wider one") {
  const auto judged = [](const std::vector<PolicyInput>& inputs) {
    return said(inputs, "image-registry", clean_spec());
  };
  const auto only = [](const std::string& images) {
    return raised("image-registry", "severity: error, params: {allow: [" + images + "]}");
  };
  const PolicyInput own = layer(project, only("docker.io/acme/**") + waiver("image-registry"));
  CHECK(judged({layer(project, only("docker.io/acme/**"))}) == "error");
  CHECK(judged({own}) == "waived");
  CHECK(judged({layer(system_layer, only("docker.io/**")), own}) == "waived");
  CHECK(judged({layer(system_layer, only("docker.io/acme/**, docker.io/other/**")), own}) == "error");
}

TEST_CASE("a waiver of what the layer leaves as it is stays an error that says what to do") {
  for (const PolicyLayer tightening : {user, project}) {
    const Finding finding = fault(fold({layer(tightening, waiver("host-network"))}));
    CHECK(says(finding, "host-network cannot be waived here: this policy does not make it stricter"));
    CHECK(says(finding, "name this file with -p"));
    CHECK(says(fault(fold({layer(tightening, "extends: [baseline]\n" + waiver("host-network"))})),
               "not make it stricter"));
    CHECK(says(fault(fold({layer(tightening, raised("host-network", "severity: error") + waiver("host-network"))})),
               "not make it stricter"));
  }
}

TEST_CASE("a layer may waive a rule of its own, and not one that is defined below it") {
  const std::string custom =
      "custom:\n  - id: acme-net\n    severity: error\n    message: no network\n"
      "    assert: {field: memory, exists: false}\n";
  CHECK(said({layer(project, custom)}, "acme-net") == "error");
  CHECK(said({layer(project, custom + waiver("acme-net"))}, "acme-net") == "waived");
  // A repository that calls a rule as the caller's policy does gets no say in that.
  CHECK(said({layer(project, custom + waiver("acme-net")), layer(option, custom)}, "acme-net") == "error");
  CHECK(says(fault(fold({layer(system_layer, custom), layer(project, waiver("acme-net"))})), "no rule 'acme-net'"));
}

TEST_CASE("a document that is a layer and is named by the caller too waives all that it says") {
  const std::string text = raised("network-not-none") + waiver("network-not-none");
  const PolicyInput own = layer(project, text);
  const PolicyInput named_too{.layer = option, .builtin = {}, .source = own.source};
  CHECK(said({layer(user, raised("network-not-none")), own, named_too}) == "waived");
}

TEST_CASE("a waiver that only brought a finding down to what others demand is not called unused") {
  const auto judging = fold({layer(system_layer, raised("network-not-none", "severity: warning")),
                             layer(project, raised("network-not-none") + waiver("network-not-none"))});
  REQUIRE(judging);
  Manifest manifest;
  manifest.source = document("skills.toml", "");
  SkillDefinition& skill = manifest.skills.emplace_back();
  skill.name = "tool";
  const Findings findings = evaluate(**judging, networked(), LexicalHost(day));
  CHECK(unused_waivers(**judging, manifest, findings).empty());
  CHECK(unused_waivers(**judging, manifest, {}).size() == 1);
}

}  // namespace skillrun::test::layer_waivers
