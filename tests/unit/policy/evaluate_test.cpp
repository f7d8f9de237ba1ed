#include <random>

#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "policy/judge.hpp"
#include "policy/policy_data.hpp"
#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

/// As much wrong as fits into one spec.
ContainerSpec dreadful_spec() {
  ContainerSpec spec = clean_spec();
  spec.privileged = set(true, "docker.extra_args[0]", "--privileged", 20);
  spec.network_mode = set(NetworkMode{.kind = NetworkKind::host, .name = {}}, "docker.network", "host", 9);
  spec.mounts.push_back(bind_mount("/"));
  spec.mounts.push_back(bind_mount("/run/docker.sock"));
  spec.cap_add.push_back(set(std::string("SYS_ADMIN"), "docker.cap_add[0]", "sys_admin", 12));
  spec.memory.reset();
  spec.memory_swap.reset();
  spec.user.reset();
  spec.problems.push_back(Finding{.rule = "unknown-flag",
                                  .severity = Severity::error,
                                  .message = "no such flag",
                                  .skill = "tool",
                                  .instance = {},
                                  .source = spec.source,
                                  .span = {{3, 1}, {3, 2}},
                                  .field = "docker.extra_args[1]",
                                  .evidence = "--x",
                                  .remediation = "remove it"});
  return spec;
}

std::vector<std::string> lines_of(const Findings& findings) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) {
    lines.push_back(f.rule + " " + std::string(to_string(f.severity)) + " " + f.field + " " + f.message);
  }
  return lines;
}

}  // namespace

TEST_CASE("a clean spec gives no finding under the strictest policy") {
  CHECK(rules_of(evaluate(restricted(), clean_spec(), LexicalHost())) == std::vector<std::string>{});
  CHECK(rules_of(evaluate(restricted(), clean_spec(), FakeHost())) == std::vector<std::string>{});
}

TEST_CASE("everything that is wrong is reported at once, problems of the parsers included") {
  const Findings findings = evaluate(baseline(), dreadful_spec(), LexicalHost());
  for (const char* rule : {"privileged", "host-network", "root-mount", "engine-socket", "cap-add-escape",
                           "cap-add-baseline", "memory-missing", "root-user", "unknown-flag", "sensitive-mount"}) {
    CAPTURE(rule);
    CHECK(has(findings, rule));
  }
}

TEST_CASE("a finding says rule, severity, skill, place, field, evidence and remedy") {
  ContainerSpec spec = clean_spec();
  spec.instance = "fast";
  spec.privileged = {true,
                     {.kind = OriginKind::extra_args,
                      .field = "docker.extra_args[0]",
                      .span = {{12, 15}, {12, 29}},
                      .text = "--privileged"}};
  const Findings findings = evaluate(baseline(), spec, LexicalHost());
  REQUIRE(findings.size() == 1);
  const Finding& finding = findings.front();
  CHECK(finding.rule == "privileged");
  CHECK(finding.severity == Severity::error);
  CHECK(finding.skill == "tool");
  CHECK(finding.instance == "fast");
  CHECK(finding.source == spec.source);
  CHECK(finding.span == Span{{12, 15}, {12, 29}});
  CHECK(finding.field == "docker.extra_args[0]");
  CHECK(finding.evidence == "--privileged");
  CHECK_FALSE(finding.remediation.empty());
}

TEST_CASE("what the command line set has no place in the file") {
  ContainerSpec spec = clean_spec();
  spec.rm = {false, {.kind = OriginKind::command_line, .field = "--keep", .span = {}, .text = "--keep"}};
  const Findings findings = evaluate(baseline(), spec, LexicalHost());
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().source == nullptr);
  CHECK(findings.front().field == "--keep");
}

TEST_CASE("the order in which rules run makes no difference") {
  const ContainerSpec spec = dreadful_spec();
  const LexicalHost host;
  const auto expected = lines_of(evaluate(restricted(), spec, host));
  std::vector<ActiveRule> order = data_of(restricted()).active;
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::ranges::shuffle(order, random);
    CHECK(lines_of(judge(restricted(), order, spec, MemoHost(host), InlineWaivers::if_not_forbidden)) == expected);
  }
}

TEST_CASE("a rule that is off says nothing") {
  ContainerSpec spec = clean_spec();
  spec.readonly_rootfs.reset();
  CHECK_FALSE(has(evaluate(baseline(), spec, LexicalHost()), "writable-rootfs"));
  CHECK(has(evaluate(restricted(), spec, LexicalHost()), "writable-rootfs", Severity::error));
}

TEST_CASE("the privileged policy reports as information what it understands and refuses what it does not") {
  ContainerSpec spec = dreadful_spec();
  for (const Finding& finding : evaluate(privileged(), spec, LexicalHost())) {
    CAPTURE(finding.rule);
    CHECK(finding.severity == (finding.rule == "unknown-flag" ? Severity::error : Severity::info));
  }
  CHECK_FALSE(admit(privileged(), spec, LexicalHost()));
  spec.problems.clear();
  CHECK(admit(privileged(), spec, LexicalHost()));
}

TEST_CASE("a policy raises the severity of a parser's finding but never lowers it") {
  ContainerSpec spec = clean_spec();
  Finding problem{.rule = "ambiguous-value",
                  .severity = Severity::warning,
                  .message = "given twice",
                  .skill = "tool",
                  .instance = {},
                  .source = nullptr,
                  .span = {},
                  .field = "x",
                  .evidence = {},
                  .remediation = {}};
  spec.problems.push_back(problem);
  const auto severity = [&](const Policy& policy) { return evaluate(policy, spec, LexicalHost()).front().severity; };
  CHECK(severity(privileged()) == Severity::warning);
  CHECK(severity(baseline()) == Severity::warning);
  CHECK(severity(restricted()) == Severity::error);
  spec.problems.front().rule = "a-rule-that-nobody-wrote";
  CHECK(severity(privileged()) == Severity::error);
}

TEST_CASE("what a parser reported already is not said twice") {
  ContainerSpec spec = clean_spec();
  spec.memory_swap = set(std::int64_t{1}, "docker.memory_swap");
  CHECK(rules_of(evaluate(baseline(), spec, LexicalHost())) == std::vector<std::string>{"memory-invalid"});
  spec.problems.push_back(Finding{.rule = "memory-invalid",
                                  .severity = Severity::error,
                                  .message = "too small",
                                  .skill = "tool",
                                  .instance = {},
                                  .source = spec.source,
                                  .span = {{1, 1}, {1, 2}},
                                  .field = "docker.memory_swap",
                                  .evidence = {},
                                  .remediation = {}});
  const Findings findings = evaluate(baseline(), spec, LexicalHost());
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().message == "too small");
}

TEST_CASE("a value that could not be read is not also missing, and a warning about it hides nothing") {
  ContainerSpec spec = clean_spec();
  spec.memory.reset();
  spec.memory_swap.reset();
  REQUIRE(has(evaluate(baseline(), spec, LexicalHost()), "memory-missing"));
  spec.problems.push_back(Finding{.rule = "ambiguous-value",
                                  .severity = Severity::warning,
                                  .message = "given twice",
                                  .skill = "tool",
                                  .instance = {},
                                  .source = spec.source,
                                  .span = {{1, 1}, {1, 2}},
                                  .field = "docker.memory",
                                  .evidence = {},
                                  .remediation = {}});
  CHECK(has(evaluate(baseline(), spec, LexicalHost()), "memory-missing"));
  spec.problems.front().severity = Severity::error;
  CHECK_FALSE(has(evaluate(baseline(), spec, LexicalHost()), "memory-missing"));
}

TEST_CASE("each path is resolved once, so that what was judged is what is used") {
  FakeHost host;
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind_mount("/srv/data"));
  REQUIRE(admit(baseline(), spec, host));
  CHECK(std::ranges::count(host.asked, "/srv/data") == 1);
}
