// A fault is said once, by the strongest rule that sees it (RuleInfo::covers).
#include <doctest/doctest.h>
#include <skillrun/rule.hpp>

#include "policy_texts.hpp"

namespace skillrun::test::covered {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::year_month_day day{2026y / 11 / 21};
const std::string restricted_base = "extends: [restricted]\n";

ContainerSpec with_capability(const char* name) {
  ContainerSpec spec = clean_spec();
  spec.cap_add.push_back(set(std::string(name), "docker.cap_add[0]", name, 3));
  return spec;
}

std::string waiver(const std::string& rule, const std::string& more = {}) {
  return "waivers:\n  - {rule: " + rule + ", skill: tool, reason: r, owner: o, expires: 2027-01-31" + more + "}\n";
}

Findings judged(const std::string& rest, const ContainerSpec& spec) {
  return evaluate(*policy(rest), spec, LexicalHost(day));
}

std::vector<std::string> covered_by(const Finding& finding) {
  std::vector<std::string> rules;
  for (const CoveredRule& covered : finding.covers) rules.push_back(covered.rule);
  return rules;
}

}  // namespace

TEST_CASE("one capability is one finding, which names the rules that it stands for") {
  const Findings findings = evaluate(restricted(), with_capability("SYS_ADMIN"), LexicalHost(day));
  REQUIRE(rules_of(findings) == std::vector<std::string>{"cap-add-escape"});
  CHECK(covered_by(findings.front()) == std::vector<std::string>{"cap-add-baseline", "cap-add-restricted"});
  CHECK(findings.front().covers.front().severity == Severity::error);
}

TEST_CASE("two values are two findings") {
  ContainerSpec spec = with_capability("SYS_ADMIN");
  spec.cap_add.push_back(set(std::string("MKNOD"), "docker.cap_add[1]", "MKNOD", 4));
  CHECK(rules_of(evaluate(restricted(), spec, LexicalHost(day))) ==
        std::vector<std::string>{"cap-add-escape", "cap-add-baseline"});
}

TEST_CASE("a rule says nothing for one that is more severe") {
  const Findings findings =
      judged(restricted_base + "rules: {cap-add-escape: {severity: warning}, cap-add-baseline: {severity: info}}\n",
             with_capability("SYS_ADMIN"));
  CHECK(rules_of(findings) == std::vector<std::string>{"cap-add-escape", "cap-add-restricted"});
  CHECK(covered_by(findings.front()) == std::vector<std::string>{"cap-add-baseline"});
  CHECK(has_errors(findings));
}

TEST_CASE("a waiver of the strongest rule is one of the whole fault") {
  const Findings findings = judged(restricted_base + waiver("cap-add-escape"), with_capability("SYS_ADMIN"));
  REQUIRE(rules_of(findings) == std::vector<std::string>{"cap-add-escape"});
  CHECK(findings.front().waived);
  CHECK(covered_by(findings.front()).size() == 2);
  CHECK_FALSE(has_errors(findings));
}

TEST_CASE("a waiver of a weaker rule leaves what the stronger one says") {
  const Findings findings = judged(restricted_base + waiver("cap-add-baseline"), with_capability("SYS_ADMIN"));
  CHECK(rules_of(findings) == std::vector<std::string>{"cap-add-baseline", "cap-add-escape"});
  CHECK(findings.front().waived);
  CHECK_FALSE(findings.back().waived);
  CHECK(covered_by(findings.front()) == std::vector<std::string>{"cap-add-restricted"});
}

TEST_CASE("what is locked is not waived by the name of what covers it") {
  const Findings findings =
      judged(restricted_base + "rules: {cap-add-restricted: {locked: true}}\n" + waiver("cap-add-escape"),
             with_capability("SYS_ADMIN"));
  CHECK(rules_of(findings) == std::vector<std::string>{"cap-add-escape", "cap-add-restricted"});
  CHECK(findings.front().waived);
  CHECK(has_errors(findings));
}

TEST_CASE("a waiver that is narrowed to another value waives nothing of this one") {
  const Findings findings =
      judged(restricted_base + waiver("cap-add-escape", ", evidence: BPF"), with_capability("SYS_ADMIN"));
  REQUIRE(rules_of(findings) == std::vector<std::string>{"cap-add-escape"});
  CHECK_FALSE(findings.front().waived);
}

TEST_CASE("what could be asked for is said by itself as long as an answer could open it") {
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind_mount("/var/run/docker.sock", "/s"));
  const Findings refused = evaluate(baseline(), spec, LexicalHost(day));
  CHECK(has(refused, "sensitive-mount"));
  CHECK(rules_of(refused) == std::vector<std::string>{"engine-socket"});
  const Findings warned =
      judged("rules: {engine-socket: {severity: warning}, sensitive-mount: {severity: warning}}\n", spec);
  CHECK(rules_of(warned) == std::vector<std::string>{"engine-socket", "sensitive-mount"});
}

TEST_CASE("rules cover weaker ones that exist, in one direction, and all that those cover") {
  for (const RuleInfo& strong : rule_catalogue()) {
    for (const std::string_view id : strong.covers) {
      CAPTURE(strong.id);
      CAPTURE(id);
      const RuleInfo* weak = find_rule(id);
      REQUIRE(weak != nullptr);
      CHECK(std::ranges::find(weak->covers, strong.id) == weak->covers.end());
      for (const std::string_view deeper : weak->covers) {
        CAPTURE(deeper);
        CHECK(std::ranges::find(strong.covers, deeper) != strong.covers.end());
      }
    }
  }
}

}  // namespace skillrun::test::covered
