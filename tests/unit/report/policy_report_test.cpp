#include "report/policy_report.hpp"

#include <doctest/doctest.h>

using namespace skillrun;

namespace {

constexpr const char* acme = R"(apiVersion: skillrun.policy/v1
name: acme
extends: [restricted]
defaults: {pids_limit: 512, tmpfs: ['/tmp:size=1m', '/run:size=1m']}
rules:
  memory-invalid: {params: {max: 2GiB}}
  cpu-invalid: {params: {max: '1.5'}}
  pids-missing: {params: {max: 600}}
  timeout-missing: {severity: warning, params: {max: 90s}}
  mount-outside-roots: {severity: error, params: {roots: [{path: /data/skills, mode: ro}, "${SKILL_WORKDIR}"]}}
  sensitive-mount: {params: {add: [/opt/secrets, "/odd: 'path' # here"]}}
  image-registry: {severity: error, params: {allow: ['docker.io/library/*', 'ghcr.io/acme/**']}}
  published-port: {params: {allow: [8000-8010, 53/udp]}}
  privileged: {locked: true}
custom:
  - id: acme-owner
    when: {field: image.repository, matches: 'ghcr\.io/acme/.+'}
    assert: {field: 'labels["acme.owner"]', exists: true}
    severity: warning
    message: "set the label: acme.owner"
    locked: true
waivers:
  - {rule: network-not-none, skill: psql, instance: a, reason: "it's: needed", owner: data team, expires: 2027-01-31}
inline_waivers: true
)";

std::shared_ptr<const Policy> parse(std::string name, std::string text) {
  const auto policy = Policy::parse(std::make_shared<const SourceText>(
      SourceText{.name = std::move(name), .directory = {}, .text = std::move(text)}));
  if (!policy) FAIL_CHECK(policy.error().front().message);
  REQUIRE(policy);
  return *policy;
}

/// Without comments, which name the documents.
std::string settings_of(const Policy& policy) {
  std::string text;
  std::string all = format_policy(policy);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    const std::string line = all.substr(at, end - at);
    text += line.substr(0, line.rfind("  # ")) + "\n";
    at = end + 1;
  }
  return text.substr(text.find("apiVersion"));
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a policy that is shown is a policy again, and the same one") {
  const auto policy = parse("acme.yaml", acme);
  const std::string shown = format_policy(*policy);
  const auto again = parse("shown.yaml", shown);
  CHECK(settings_of(*again) == settings_of(*policy));
  for (const RuleInfo& rule : rule_catalogue()) CHECK(again->severity(rule.id) == policy->severity(rule.id));
  CHECK(again->severity("acme-owner") == Severity::warning);
  CHECK(again->defaults().pids_limit == 512);
  CHECK(again->defaults().cap_drop == std::vector<std::string>{"ALL"});
}

TEST_CASE("the built-in policies can be shown and used under another name") {
  for (const char* name : {"baseline", "restricted", "privileged"}) {
    CAPTURE(name);
    const auto policy = Policy::builtin(name);
    std::string shown = format_policy(*policy);
    const std::string line = "name: \"" + std::string(name) + "\"\n";
    REQUIRE(holds(shown, line));
    shown.replace(shown.find(line), line.size(), "name: copy\n");
    const auto copy = parse("copy.yaml", shown);
    for (const RuleInfo& rule : rule_catalogue()) CHECK(copy->severity(rule.id) == policy->severity(rule.id));
    CHECK(copy->defaults().network == policy->defaults().network);
    CHECK(copy->defaults().user == policy->defaults().user);
  }
}

TEST_CASE("each setting says who made it") {
  const std::string shown = format_policy(*parse("acme.yaml", acme));
  for (const char* line :
       {"# option: acme.yaml\n", "  pids_limit: 512  # acme (acme.yaml:4)\n", "  cap_drop: [\"ALL\"]  # restricted\n",
        "      max: \"2GiB\"  # acme (acme.yaml:6)\n", "    severity: error  # restricted\n",
        "    locked: true  # acme (acme.yaml:14)\n",
        "      roots: [{\"path\":\"/data/skills\",\"mode\":\"ro\"},\"${SKILL_WORKDIR}\"]  # acme (acme.yaml:10)\n",
        "  - id: \"acme-owner\"  # acme (acme.yaml:16)\n", "inline_waivers: true  # acme (acme.yaml:24)\n"}) {
    CAPTURE(line);
    CHECK(holds(shown, line));
  }
}

TEST_CASE("as JSON each setting has its value and its origin") {
  const json::object document = policy_report(*parse("acme.yaml", acme));
  CHECK(document.at("policy") == "acme");
  CHECK(document.at("inputs").at(0).at("layer") == "option");
  CHECK(document.at("inputs").at(0).at("policy") == "acme.yaml");
  CHECK(document.at("defaults").at("network").at("origin") == "restricted");
  const json::value& rules = document.at("rules");
  CHECK(rules.as_object().size() == rule_catalogue().size());
  CHECK(rules.at("timeout-missing").at("severity").at("value") == "warning");
  CHECK(rules.at("timeout-missing").at("params").at("max").at("value") == "90s");
  CHECK(rules.at("privileged").at("locked") == "acme (acme.yaml:14)");
  CHECK(rules.at("host-network").at("locked").is_null());
  CHECK(document.at("custom").at(0).at("value").at("assert").at("exists") == true);
  CHECK(document.at("waivers").at(0).at("value").at("expires") == "2027-01-31");
  CHECK(document.at("inline_waivers").at("value") == true);
  CHECK(policy_report(*Policy::builtin("baseline")).at("inline_waivers").is_null());
}

TEST_CASE("no text of a policy can end the comment or the line that it is shown in") {
  const auto policy = parse("a\nprivileged: {severity: off}\n.yaml",
                            "apiVersion: skillrun.policy/v1\nname: \"x # y: {z}\"\nrules: {gpu: {severity: error}}\n");
  const std::string shown = format_policy(*policy);
  CHECK_FALSE(holds(shown, "\nprivileged: {severity: off}"));
  CHECK(parse("again.yaml", shown)->name() == "x # y: {z}");
}
