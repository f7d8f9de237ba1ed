#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include <skillrun/rule.hpp>

#include "policy/document/builtin_policies.hpp"
#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("the built-in policies are there, and are what the files of policies/ hold") {
  CHECK(builtin_policies().size() == 3);
  for (const BuiltinPolicy& builtin : builtin_policies()) {
    CAPTURE(builtin.name);
    const auto policy = Policy::builtin(builtin.name);
    REQUIRE(policy);
    CHECK(policy->name() == builtin.name);
    const auto path = std::filesystem::path(SKILLRUN_SOURCE_DIR) / "policies" / (std::string(builtin.name) + ".yaml");
    std::ifstream file(path, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == builtin.text);
    for (const RuleInfo& rule : rule_catalogue()) {
      CAPTURE(rule.id);
      const Severity column = builtin.name == "baseline"     ? rule.baseline
                              : builtin.name == "restricted" ? rule.restricted
                                                             : rule.privileged;
      CHECK(policy->severity(rule.id) == column);
    }
  }
  CHECK(Policy::builtin("acme") == nullptr);
  CHECK(Policy::builtin("") == nullptr);
}

TEST_CASE("the defaults of the built-in policies harden what a manifest leaves open") {
  const PolicyDefaults& base = baseline().defaults();
  CHECK(base.network == "none");
  CHECK(base.no_new_privileges == true);
  CHECK(base.init == true);
  CHECK(base.pids_limit == 1024);
  CHECK(base.memory_swap_equals_memory);
  CHECK(base.cap_drop == std::vector<std::string>{"MKNOD"});
  const PolicyDefaults& strict = restricted().defaults();
  CHECK(strict.network == "none");
  CHECK(strict.cap_drop == std::vector<std::string>{"ALL"});
  CHECK(strict.read_only == true);
  CHECK(strict.user == "host");
  CHECK(strict.tmpfs.size() == 1);
  const PolicyDefaults& open = privileged().defaults();
  CHECK_FALSE(open.network);
  CHECK_FALSE(open.no_new_privileges);
  CHECK_FALSE(open.memory_swap_equals_memory);
}

TEST_CASE("a rule that nobody knows refuses") { CHECK(privileged().severity("no-such-rule") == Severity::error); }

TEST_CASE("a policy extends baseline unless it says otherwise, and changes single rules") {
  const auto policy = parse(head + "rules:\n  memory-missing: {severity: error}\n  root-user:\n    severity: off\n");
  REQUIRE(policy);
  CHECK((*policy)->name() == "acme");
  CHECK((*policy)->severity("memory-missing") == Severity::error);
  CHECK((*policy)->severity("root-user") == Severity::off);
  CHECK((*policy)->severity("cpu-missing") == Severity::info);
  CHECK((*policy)->defaults().network == "none");
}

TEST_CASE("of several extended policies the later wins") {
  const auto policy = parse(head + "extends: [restricted, baseline]\ndefaults:\n  pids_limit: 7\n");
  REQUIRE(policy);
  CHECK((*policy)->severity("memory-missing") == Severity::warning);
  CHECK((*policy)->defaults().pids_limit == 7);
  CHECK((*policy)->defaults().cap_drop == std::vector<std::string>{"ALL"});
  const auto other = parse(head + "extends: [baseline, restricted]\n");
  REQUIRE(other);
  CHECK((*other)->severity("memory-missing") == Severity::error);
}

TEST_CASE("defaults are read by the parsers of the manifest's values") {
  const auto policy =
      parse(head +
            "defaults:\n  network: bridge\n  no_new_privileges: false\n  init: false\n  read_only: true\n"
            "  cap_drop: [cap_net_raw, MKNOD]\n  tmpfs: ['/run:size=1m']\n  user: '1000:1000'\n"
            "  memory_swap_equals_memory: false\n");
  REQUIRE(policy);
  const PolicyDefaults& defaults = (*policy)->defaults();
  CHECK(defaults.network == "bridge");
  CHECK(defaults.no_new_privileges == false);
  CHECK(defaults.init == false);
  CHECK(defaults.read_only == true);
  CHECK(defaults.cap_drop == std::vector<std::string>{"NET_RAW", "MKNOD"});
  CHECK(defaults.tmpfs == std::vector<std::string>{"/run:size=1m"});
  CHECK(defaults.user == "1000:1000");
  CHECK_FALSE(defaults.memory_swap_equals_memory);
}

TEST_CASE("unknown rules, keys and severities are errors that name the closest") {
  const Finding rule = fault_of(head + "rules:\n  memory-mising: {severity: error}\n");
  CHECK(rule.rule == "unknown-key");
  CHECK(rule.span.begin == Position{4, 3});
  CHECK(rule.remediation.find("memory-missing") != std::string::npos);

  const Finding key = fault_of(head + "extend: [baseline]\n");
  CHECK(key.rule == "unknown-key");
  CHECK(key.remediation.find("extends") != std::string::npos);

  const Finding severity = fault_of(head + "rules:\n  memory-missing: {severity: eror}\n");
  CHECK(severity.rule == "invalid-value");
  CHECK(severity.span.begin.line == 4);
  CHECK(severity.remediation.find("error") != std::string::npos);

  CHECK(fault_of(head + "defaults: {pid_limit: 3}\n").remediation.find("pids_limit") != std::string::npos);
  CHECK(fault_of(head + "extends: [baselin]\n").message.find("baselin") != std::string::npos);
}

TEST_CASE("what is not understood cannot be made to pass") {
  const Finding fault = fault_of(head + "rules:\n  unknown-flag: {severity: warning}\n");
  CHECK(fault.message.find("cannot be relaxed") != std::string::npos);
  CHECK(parse(head + "rules:\n  unknown-flag: {severity: error}\n"));
}

TEST_CASE("a document cannot take the name of a built-in policy") {
  // Otherwise a copy of restricted.yaml would be judged by the severities of baseline.
  for (const BuiltinPolicy& builtin : builtin_policies()) CHECK_FALSE(parse(std::string(builtin.text)));
}

TEST_CASE("a broken document is not a policy") {
  for (const std::string& text :
       std::vector<std::string>{"",
                                "[]",
                                "just text",
                                "apiVersion: skillrun.policy/v2\nname: x\n",
                                "name: x\n",
                                "apiVersion: skillrun.policy/v1\n",
                                "apiVersion: skillrun.policy/v1\nname: ''\n",
                                "apiVersion: skillrun.policy/v1\nname: [a]\n",
                                head + "name: again\n",
                                head + "rules: []\n",
                                head + "rules:\n  privileged: error\n",
                                head + "rules:\n  privileged: {severity: error}\n  privileged: {severity: off}\n",
                                head + "rules:\n  privileged: {severity: error, severity: off}\n",
                                head + "extends: baseline\n",
                                head + "extends: []\n",
                                head + "extends: [policy.yaml]\n",
                                head + "defaults: {pids_limit: 0}\n",
                                head + "defaults: {pids_limit: -1}\n",
                                head + "defaults: {pids_limit: many}\n",
                                head + "defaults: {no_new_privileges: maybe}\n",
                                head + "defaults: {network: 'a b'}\n",
                                head + "defaults: {cap_drop: [NO_SUCH_CAP]}\n",
                                head + "defaults: {cap_drop: ALL}\n",
                                head + "defaults: {tmpfs: [relative]}\n",
                                head + "defaults: {user: 'a b'}\n",
                                head + "x: &a 1\n",
                                head + "---\nname: b\n",
                                "apiVersion: skillrun.policy/v1\nname: \"a\\0b\"\n",
                                head + "{",
                                head + "\xff",
                                head + std::string(1, '\0'),
                                std::string(2 << 20, ' '),
                                head + "description: [x]\n",
                                head + "rules:\n  privileged: {severity: {}}\n"}) {
    CAPTURE(text.substr(0, 200));
    const auto policy = parse(text);
    REQUIRE_FALSE(policy);
    CHECK(has_errors(policy.error()));
  }
}

TEST_CASE("all faults of a document are reported at once") {
  const auto policy = parse(head + "costum: []\nrules:\n  nope: {severity: error}\n  root-user: {severity: loud}\n");
  REQUIRE_FALSE(policy);
  CHECK(policy.error().size() == 3);
}
