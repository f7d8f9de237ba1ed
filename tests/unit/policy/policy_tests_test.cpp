#include "policy/policy_tests.hpp"

#include <doctest/doctest.h>

#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

constexpr std::chrono::year_month_day today{std::chrono::year(2026), std::chrono::November, std::chrono::day(21)};

std::expected<PolicyTestReport, Findings> run(const std::string& rest, const PolicyFiles* files = nullptr) {
  return run_policy_tests(named("acme", rest), files, today);
}

/// The result of the only case, whose lines after its name are given.
PolicyTestResult result_of(const std::string& test, const std::string& policy = {}) {
  const auto report = run(policy + "tests:\n  - name: a case\n" + test);
  if (!report) FAIL_CHECK(report.error().front().message);
  REQUIRE(report);
  REQUIRE(report->cases.size() == 1);
  return report->cases.front();
}

std::string skill(const std::string& docker) {
  return "    skills: {tool: {docker: {image: 'debian:12', " + docker + "}}}\n";
}

Finding fault_in(const std::string& test) {
  const auto report = run("tests:\n  - " + test + "\n");
  REQUIRE_FALSE(report);
  for (const Finding& finding : report.error()) CAPTURE(finding.message);
  REQUIRE(report.error().size() == 1);
  CHECK(report.error().front().span.begin.line >= 3);
  return report.error().front();
}

}  // namespace

TEST_CASE("a case that expects what is so passes") {
  CHECK(result_of(skill("memory: 512m") + "    verdict: allowed\n").passed());
  CHECK(result_of(skill("network: host") + "    verdict: refused\n    findings: {host-network: error}\n").passed());
  CHECK(result_of(skill("memory: 512m") + "    findings: {memory-missing: off, image-not-pinned: info}\n").passed());
}

TEST_CASE("a rule that a stronger one speaks for is found, with its own severity and with the waiver of both") {
  const std::string escape = skill("cap_add: [SYS_ADMIN]");
  CHECK(result_of(escape + "    findings: {cap-add-escape: error, cap-add-baseline: error}\n").passed());
  CHECK(result_of(escape + "    findings: {cap-add-escape: error, cap-add-baseline: warning}\n",
                  "rules: {cap-add-baseline: {severity: warning}}\n")
            .passed());
  CHECK(result_of(escape + "    verdict: allowed\n    findings: {cap-add-escape: waived, cap-add-baseline: waived}\n",
                  "waivers:\n  - {rule: cap-add-escape, skill: tool, reason: r, owner: o, expires: 2027-01-31}\n")
            .passed());
}

TEST_CASE("a case that expects something else says what is so") {
  const PolicyTestResult allowed = result_of(skill("memory: 512m") + "    verdict: refused\n");
  CHECK(allowed.failures == std::vector<std::string>{"expected refused, but it is allowed"});
  const PolicyTestResult refused = result_of(
      skill("network: host") + "    verdict: allowed\n    findings: {host-network: off, root-mount: error}\n");
  CHECK(refused.failures == std::vector<std::string>{"expected allowed, but it is refused",
                                                     "expected host-network: off, but it is error",
                                                     "expected root-mount: error, but it is off"});
  CHECK(has(refused.findings, "host-network"));
}

TEST_CASE("a case is judged with the policy's defaults, params, own rules and what it extends") {
  CHECK(result_of(skill("memory: 3g") + "    findings: {memory-invalid: error}\n",
                  "rules: {memory-invalid: {params: {max: 2GiB}}}\n")
            .passed());
  CHECK(result_of(skill("memory: 1g") + "    findings: {own: warning, cap-drop-all-missing: off}\n",
                  "extends: [restricted]\ncustom: [{id: own, severity: warning, message: m, "
                  "assert: {field: hostname, exists: true}}]\n")
            .passed());
  FakeFiles files;
  files.texts["/policies/base.yaml"] = head + "rules: {memory-missing: {severity: error}}\n";
  const auto report =
      run("extends: [./base.yaml]\ntests:\n  - {name: a, skills: {t: {docker: {image: x}}}, findings: "
          "{memory-missing: error}}\n",
          &files);
  REQUIRE(report);
  CHECK(report->policy == "acme");
  CHECK(report->cases.front().passed());
}

TEST_CASE("waivers are judged on the day of the case, otherwise today") {
  const std::string policy =
      "rules: {network-not-none: {severity: error}}\n"
      "waivers: [{rule: network-not-none, skill: tool, reason: r, owner: o, expires: 2027-01-31}]\n";
  const std::string expected = "    verdict: allowed\n    findings: {network-not-none: waived}\n";
  CHECK(result_of(skill("network: db") + expected, policy).passed());
  CHECK(result_of(skill("network: db") + "    date: 2027-01-31\n" + expected, policy).passed());
  CHECK(result_of(skill("network: db") + "    date: 2027-02-01\n    findings: {expired-waiver: error}\n", policy)
            .passed());
}

TEST_CASE("what cannot be understood is refused, and a case can say so") {
  CHECK(result_of(skill("frobnicate: 1") + "    verdict: refused\n    findings: {unknown-key: error}\n").passed());
  CHECK(result_of(skill("memory: lots") + "    verdict: refused\n").passed());
  CHECK(result_of(skill("memory: '${NOWHERE}'") + "    verdict: refused\n    findings: {undefined-variable: error}\n")
            .passed());
  CHECK(result_of("    skills: {tool: {runtime: wasm, source: x.wasm}}\n    verdict: refused\n").passed());
  CHECK(result_of("    skills: {tool: {docker: {image: x}}}\n    skill: tool@none\n    verdict: refused\n").passed());
}

TEST_CASE("a case chooses its skill, instance, arguments, variables and working directory") {
  const std::string skills =
      "    skills:\n"
      "      one: {docker: {image: x, memory: 1g}}\n"
      "      two:\n"
      "        docker: {image: x, memory: 1g, volumes: ['${SKILL_WORKDIR}/in:/in']}\n"
      "        instances: {open: {docker: {network: '${NET}'}}}\n";
  CHECK(result_of(skills + "    skill: two@open\n    variables: {NET: host}\n    findings: {host-network: error}\n")
            .passed());
  CHECK(result_of(skills + "    skill: two\n    findings: {host-network: off}\n    verdict: allowed\n").passed());
  CHECK(result_of(skills + "    skill: two\n    workdir: /etc\n    verdict: refused\n").passed());
  const std::string own =
      "custom: [{id: own, severity: error, message: m, assert: {none: {field: 'command[*]', equals: rm}}}]\n";
  CHECK(result_of(skills + "    skill: one\n    args: [rm]\n    findings: {own: error}\n", own).passed());
  CHECK(result_of(skills + "    skill: one\n    args: [ls]\n    findings: {own: off}\n", own).passed());
}

TEST_CASE("findings of a case point into the policy document") {
  const PolicyTestResult result = result_of(
      "    skills:\n      tool:\n        docker:\n          image: x\n"
      "          network: host\n    verdict: refused\n");
  CHECK(result.passed());
  const auto found = std::ranges::find(result.findings, "host-network", &Finding::rule);
  REQUIRE(found != result.findings.end());
  CHECK(found->source->name == "acme.yaml");
  CHECK(found->span.begin.line == 9);
}

TEST_CASE("the file system of this machine has no part in a case") {
  CHECK(
      result_of(skill("volumes: ['/no/such/folder:/x:ro']") + "    findings: {missing-mount-source: off}\n").passed());
}

TEST_CASE("a case that is not complete, or holds what nobody knows, is an error with its place") {
  const std::string fine = "skills: {t: {docker: {image: x}}}, verdict: allowed";
  CHECK(says(fault_in("{" + fine + "}"), "name is missing"));
  CHECK(says(fault_in("{name: a, verdict: allowed}"), "skills is missing"));
  CHECK(says(fault_in("{name: a, skills: {t: {docker: {image: x}}}}"), "verdict is missing"));
  CHECK(says(fault_in("{name: a, skills: {}, verdict: allowed}"), "no skill"));
  CHECK(says(fault_in("{name: a, skills: {t: {}, u: {}}, verdict: allowed}"), "which of the skills"));
  CHECK(says(fault_in("{name: a, " + fine + ", skill: u}"), "no skill 'u'"));
  CHECK(says(fault_in("{name: a, skills: {t: {}}, verdict: fine}"), "allowed or refused"));
  CHECK(says(fault_in("{name: a, " + fine + ", workdir: x}"), "not an absolute"));
  CHECK(says(fault_in("{name: a, " + fine + ", date: tomorrow}"), "YYYY-MM-DD"));
  CHECK(says(fault_in("{name: a, " + fine + ", findings: {}}"), "no rule"));
  CHECK(says(fault_in("{name: a, " + fine + ", findings: {privileged: maybe}}"), "unknown severity"));
  CHECK(says(fault_in("{name: a, " + fine + ", findings: {priviledged: off}}"), "did you mean \"privileged\"?"));
  CHECK(fault_in("{name: a, " + fine + ", finding: {}}").rule == "unknown-key");
  CHECK(says(fault_in("nothing"), "expected a table"));
  CHECK_FALSE(run("tests: {}\n"));
}

TEST_CASE("cases change nothing of the policy, and a policy whose cases are broken is not used") {
  const std::string test = "tests: [{name: a, skills: {t: {docker: {image: x}}}, verdict: allowed}]\n";
  CHECK(policy(test)->severity("memory-missing") == Severity::warning);
  CHECK_FALSE(parse(head + "tests: [{name: a}]\n"));
  CHECK(run("")->cases.empty());
}
