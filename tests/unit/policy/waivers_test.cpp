#include <doctest/doctest.h>
#include <skillrun/host_view.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/normalize.hpp>

#include "policy/document/inline_waiver.hpp"
#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::year_month_day day{2026y / 11 / 21};

std::string waiver(const std::string& rule, const std::string& more = "", const std::string& expires = "2027-01-31") {
  return "waivers:\n  - {rule: " + rule + ", skill: tool, reason: it is old, owner: data team, expires: " + expires +
         more + "}\n";
}

ContainerSpec networked() {
  ContainerSpec spec = clean_spec();
  spec.network_mode = set(NetworkMode{.kind = NetworkKind::host, .name = {}}, "docker.network", "host", 3);
  return spec;
}

const Finding* find(const Findings& findings, std::string_view rule) {
  const auto found = std::ranges::find(findings, rule, &Finding::rule);
  return found == findings.end() ? nullptr : &*found;
}

struct Judged {
  Findings findings;
  Findings unused;
};

/// What lint says of a manifest with one skill under `rest` of a policy.
Judged judge_text(const std::string& text, const std::string& rest = "",
                  std::optional<std::chrono::year_month_day> today = day) {
  const auto judging = policy(rest);
  const auto source = document("skills.toml", text);
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  REQUIRE(manifest);
  const CallerContext caller{.workdir = "/srv", .cwd = "/srv", .home = "/home/a", .uid = 1000, .gid = 1000};
  const MapVariables variables({});
  const auto resolved = resolve_skill(*manifest, manifest->skills[0], std::nullopt, caller, variables);
  REQUIRE(resolved);
  Judged judged;
  judged.findings = evaluate(*judging, normalize(*resolved, {}, caller, variables), LexicalHost(today));
  judged.unused = unused_waivers(*judging, *manifest, judged.findings);
  return judged;
}

/// The same of a skill with this docker table.
Judged judge_manifest(const std::string& docker, const std::string& rest = "",
                      std::optional<std::chrono::year_month_day> today = day) {
  return judge_text("[skills.tool]\nruntime = \"docker\"\n[skills.tool.docker]\n" + docker, rest, today);
}

}  // namespace

TEST_CASE("a waived finding stays, says why, and refuses no longer") {
  const auto judging = policy(waiver("host-network"));
  const Findings findings = evaluate(*judging, networked(), LexicalHost(day));
  const Finding* finding = find(findings, "host-network");
  REQUIRE(finding != nullptr);
  REQUIRE(finding->waived);
  CHECK(finding->severity == Severity::error);
  CHECK(finding->waived->reason == "it is old");
  CHECK(finding->waived->owner == "data team");
  CHECK(finding->waived->expires == 2027y / 1 / 31);
  CHECK(finding->waived->span.begin.line == 4);
  CHECK_FALSE(has_errors(findings));
  const auto approved = admit(*judging, networked(), LexicalHost(day));
  REQUIRE(approved);
  CHECK(find(approved->findings(), "host-network") != nullptr);
}

TEST_CASE("a waiver holds until the end of its last day, and not when nobody knows the day") {
  const auto judging = policy(waiver("host-network"));
  CHECK(admit(*judging, networked(), LexicalHost(2027y / 1 / 31)));
  CHECK_FALSE(admit(*judging, networked(), LexicalHost()));
  const Findings after = evaluate(*judging, networked(), LexicalHost(2027y / 2 / 1));
  CHECK_FALSE(find(after, "host-network")->waived);
  const Finding* expired = find(after, "expired-waiver");
  REQUIRE(expired != nullptr);
  CHECK(expired->severity == Severity::error);
  CHECK(expired->source->name == "policy.yaml");
  CHECK(expired->span.begin.line == 4);
  CHECK(expired->skill == "tool");
  CHECK(says(*expired, "expired on 2027-01-31"));
}

TEST_CASE("a waiver covers its rule, skill, instance, field and evidence only") {
  const auto holds = [](const std::string& more, const std::string& rule = "host-network") {
    ContainerSpec spec = networked();
    spec.instance = "fast";
    return !has_errors(evaluate(*policy(waiver(rule, more)), spec, LexicalHost(day)));
  };
  CHECK(holds(""));
  CHECK(holds(", instance: fast"));
  CHECK(holds(", field: docker.network, evidence: host"));
  CHECK_FALSE(holds(", instance: slow"));
  CHECK_FALSE(holds(", field: docker.image"));
  CHECK_FALSE(holds(", evidence: bridge"));
  CHECK_FALSE(holds("", "root-mount"));
  ContainerSpec other = networked();
  other.skill = "another";
  CHECK(has_errors(evaluate(*policy(waiver("host-network")), other, LexicalHost(day))));
}

TEST_CASE("a waiver without rule, skill, reason, owner or date is an error with its place") {
  for (const char* key : {"rule", "skill", "reason", "owner", "expires"}) {
    CAPTURE(key);
    std::string text = "waivers:\n  - {";
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"rule", "host-network"}, {"skill", "tool"}, {"reason", "x"}, {"owner", "y"}, {"expires", "2027-01-31"}}) {
      if (name != key) text += name + ": " + value + ", ";
    }
    const Finding finding = fault_of(head + text + "}\n");
    CHECK(finding.rule == "missing-field");
    CHECK(finding.span.begin == Position{4, 5});
    CHECK(says(finding, key));
  }
}

TEST_CASE("a waiver of no rule, of no day or with an unknown key is an error with its place") {
  CHECK(says(fault_of(head + waiver("host-netwrk")), "did you mean \"host-network\"?"));
  for (const char* text :
       {"2027-02-29", "2027-13-01", "27-01-01", "2027-1-1", "tomorrow", "''", "2027-01-31T00:00", "[]"}) {
    CAPTURE(text);
    const Finding finding = fault_of(head + waiver("host-network", "", text));
    CHECK(says(finding, "expected a day"));
    CHECK(finding.span.begin.line == 4);
  }
  CHECK(fault_of(head + waiver("host-network", ", skil: x")).rule == "unknown-key");
  CHECK(fault_of(head + waiver("host-network", ", field: ''")).rule == "invalid-value");
  CHECK_FALSE(parse(head + "waivers: {}\n"));
  CHECK_FALSE(parse(head + "waivers: [x]\n"));
}

TEST_CASE("one comment waives several rules, and above a table's header whatever the table has") {
  const std::string image = "image = \"debian:12\"\nnetwork = \"bridge\"\n";
  const auto judged = judge_manifest(
      "# skillrun: allow network-not-none,memory-missing, cpu-missing until 2027-01-31 -- small\n" + image);
  CHECK(find(judged.findings, "memory-missing")->waived);
  CHECK(find(judged.findings, "cpu-missing")->waived);
  CHECK_FALSE(find(judged.findings, "network-not-none")->waived);  // it is about one line
  REQUIRE(judged.unused.size() == 1);
  CHECK(says(judged.unused.front(), "the waiver of network-not-none waives nothing"));
  const std::string both = "# skillrun: allow network-not-none, memory-missing until 2027-01-31 -- small\n";
  for (const std::string& text : {"[skills.tool]\nruntime = \"docker\"\n" + both + "[skills.tool.docker]\n" + image,
                                  both + "[skills.tool]\nruntime = \"docker\"\n[skills.tool.docker]\n" + image}) {
    CAPTURE(text);
    const auto above = judge_text(text);
    CHECK(find(above.findings, "network-not-none")->waived);
    CHECK(find(above.findings, "memory-missing")->waived);
    CHECK_FALSE(find(above.findings, "cpu-missing")->waived);
    CHECK(above.unused.empty());
  }
}

TEST_CASE("each rule of a comment is looked at by itself") {
  const auto said = [](const std::string& rules) {
    std::string text;
    const auto judged = judge_manifest("# skillrun: allow " + rules +
                                       " until 2027-01-31 -- x\nimage = \"debian:12\"\nmemory = \"64m\"\n");
    for (const Finding& finding : judged.findings) {
      if (finding.field == "waiver") text += finding.rule + ": " + finding.message + "\n";
    }
    return text;
  };
  CHECK(said("cpu-missing, memry-missing") == "invalid-value: no rule 'memry-missing'\n");
  CHECK(said("cpu-missing, unknown-flag").starts_with("unused-waiver: unknown-flag cannot be waived"));
  CHECK(said(",").find("expected a rule") != std::string::npos);
}

TEST_CASE("what cannot be understood, and what is locked, cannot be waived") {
  CHECK(says(fault_of(head + waiver("unknown-flag")), "cannot be waived"));
  CHECK(says(fault_of(head + waiver("expired-waiver")), "cannot be waived"));
  CHECK(says(fault_of(head + "rules: {host-network: {locked: true}}\n" + waiver("host-network")), "has locked it"));
  const PolicyInput floor{
      .layer = PolicyLayer::system, .builtin = {}, .source = named("floor", "rules: {host-network: {locked: true}}\n")};
  const auto above = [](PolicyLayer layer, const std::string& rule) {
    return PolicyInput{.layer = layer, .builtin = {}, .source = named("above", waiver(rule))};
  };
  const Finding finding = fault(Policy::fold(std::vector{floor, above(PolicyLayer::option, "host-network")}));
  CHECK(finding.source->name == "above.yaml");
  CHECK(says(finding, "floor (floor.yaml:3) has locked it"));
  CHECK(Policy::fold(std::vector{floor, above(PolicyLayer::option, "root-user")}));
}

TEST_CASE("the user's and a project's policy cannot waive: they may only tighten") {
  for (const PolicyLayer layer : {PolicyLayer::user, PolicyLayer::project}) {
    for (const char* rule : {"engine-socket", "root-user"}) {
      const PolicyInput own{.layer = layer, .builtin = {}, .source = named("own", waiver(rule))};
      const Finding finding = fault(Policy::fold(std::vector{own}));
      CHECK(says(finding, "cannot be waived here"));
      CHECK(finding.remediation.find("-p") != std::string::npos);
    }
  }
}

TEST_CASE("what the user's or a project's policy extends cannot bring in waivers either") {
  FakeFiles files;
  const std::string version = "apiVersion: skillrun.policy/v1\n";
  files.texts["/policies/waives.yaml"] = version + "name: waives\n" + waiver("host-network");
  files.texts["/policies/between.yaml"] = version + "name: between\nextends: [baseline, ./waives.yaml]\n";
  files.texts["/policies/comments.yaml"] = version + "name: comments\ninline_waivers: true\n";
  const auto over = [&](PolicyLayer layer, const std::string& base) {
    const PolicyInput own{.layer = layer, .builtin = {}, .source = named("own", "extends: [" + base + "]\n")};
    return Policy::fold(std::vector{own}, &files);
  };
  for (const PolicyLayer layer : {PolicyLayer::user, PolicyLayer::project}) {
    for (const char* base : {"./waives.yaml", "./between.yaml", "/policies/waives.yaml", "restricted, ./waives.yaml"}) {
      CAPTURE(base);
      const Finding finding = fault(over(layer, base));
      CHECK(says(finding, "host-network cannot be waived here"));
      CHECK(finding.source->name == "/policies/waives.yaml");
      CHECK(finding.span.begin.line == 4);
    }
    CHECK(says(fault(over(layer, "./comments.yaml")), "cannot be allowed to waive here"));
  }
  // The machine's owner and the caller may.
  for (const PolicyLayer layer : {PolicyLayer::system, PolicyLayer::option}) {
    const auto folded = over(layer, "./between.yaml");
    REQUIRE(folded);
    CHECK(admit(**folded, networked(), LexicalHost(day)));
    CHECK(over(layer, "./comments.yaml"));
  }
}

TEST_CASE("a lock that comes after a waiver takes its effect away") {
  const PolicyInput below{
      .layer = PolicyLayer::option, .builtin = {}, .source = named("below", waiver("host-network"))};
  const PolicyInput lock{
      .layer = PolicyLayer::option, .builtin = {}, .source = named("lock", "rules: {host-network: {locked: true}}\n")};
  const auto folded = Policy::fold(std::vector{below, lock});
  REQUIRE(folded);
  CHECK_FALSE(admit(**folded, networked(), LexicalHost(day)));
}

TEST_CASE("what a parser refused cannot be waived, whatever the rule") {
  ContainerSpec spec = clean_spec();
  Finding problem{.rule = "secret-in-environment",
                  .severity = Severity::error,
                  .message = "dropped",
                  .skill = "tool",
                  .instance = {},
                  .source = spec.source,
                  .span = {{1, 1}, {1, 2}},
                  .field = "x",
                  .evidence = {},
                  .remediation = {}};
  spec.problems = {problem};
  const auto judging = policy(waiver("secret-in-environment"));
  CHECK_FALSE(admit(*judging, spec, LexicalHost(day)));
  spec.problems.front().severity = Severity::warning;
  CHECK(admit(*judging, spec, LexicalHost(day)));
}

TEST_CASE("waivers in comments say rule, day and reason") {
  const auto waiver = parse_inline_waiver("allow host-network until 2027-01-31 --  it talks -- to the host");
  REQUIRE(waiver);
  CHECK(waiver->rules == std::vector<std::string>{"host-network"});
  CHECK(waiver->expires == 2027y / 1 / 31);
  CHECK(waiver->reason == "it talks -- to the host");
  for (const char* text :
       {"", "allow", "deny x until 2027-01-31 -- y", "allow until 2027-01-31 -- y", "allow x", "allow x until",
        "allow x until tomorrow -- y", "allow x until 2027-01-31", "allow x until 2027-01-31 --",
        "allow x until 2027-01-31 y", "allow x y until 2027-01-31 -- z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_inline_waiver(text));
  }
}

TEST_CASE("a comment on the line, or on the line above, waives in lint") {
  const std::string comment = "# skillrun: allow host-network until 2027-01-31 -- it listens to the bus";
  for (const std::string& text :
       std::vector<std::string>{"network = \"host\" " + comment + "\n", comment + "\nnetwork = \"host\"\n",
                                "  #skillrun:allow host-network until 2027-01-31 -- x\n# skillrun: allow root-user "
                                "until 2027-01-31 -- y\nnetwork = \"host\"\n"}) {
    CAPTURE(text);
    const Judged judged = judge_manifest("image = \"x:1\"\n" + text);
    REQUIRE(find(judged.findings, "host-network") != nullptr);
    REQUIRE(find(judged.findings, "host-network")->waived);
    CHECK(find(judged.findings, "host-network")->waived->owner.empty());
    CHECK_FALSE(has(judged.unused, "host-network"));
  }
  for (const std::string& text :
       std::vector<std::string>{"network = \"host\"\n" + comment + "\n", comment + "\n\nnetwork = \"host\"\n",
                                "network = \"host\"\nhostname = \"" + comment + "\"\n",
                                "network = \"host\" # see skillrun: allow host-network until 2027-01-31 -- x\n"}) {
    CAPTURE(text);
    const Judged judged = judge_manifest("image = \"x:1\"\n" + text);
    CHECK_FALSE(find(judged.findings, "host-network")->waived);
  }
}

TEST_CASE("a comment lets nothing run unless the policy asks for comments") {
  const auto source = document("skills.toml",
                               "[skills.tool]\nruntime = \"docker\"\n[skills.tool.docker]\nimage = \"x:1\"\n"
                               "network = \"host\" # skillrun: allow host-network until 2027-01-31 -- trust me\n");
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  REQUIRE(manifest);
  const CallerContext caller{.workdir = "/srv", .cwd = "/srv", .home = "/home/a", .uid = 1000, .gid = 1000};
  const MapVariables variables({});
  const auto resolved = resolve_skill(*manifest, manifest->skills[0], std::nullopt, caller, variables);
  REQUIRE(resolved);
  const ContainerSpec spec = normalize(*resolved, {}, caller, variables);
  const auto refused = admit(baseline(), spec, LexicalHost(day));
  REQUIRE_FALSE(refused);
  CHECK(says(*find(refused.error().findings, "unused-waiver"), "inline_waivers: true"));
  CHECK(admit(*policy("inline_waivers: true\n"), spec, LexicalHost(day)));
  CHECK_FALSE(admit(*policy("inline_waivers: true\n"), spec, LexicalHost(2027y / 2 / 1)));
  CHECK_FALSE(admit(*policy("inline_waivers: false\n"), spec, LexicalHost(day)));
  CHECK_FALSE(admit(*policy("inline_waivers: true\nrules: {host-network: {locked: true}}\n"), spec, LexicalHost(day)));
}

TEST_CASE("a policy can forbid comments, and then they are reported") {
  const std::string docker =
      "image = \"x:1\"\nnetwork = \"host\" # skillrun: allow host-network until 2027-01-31 -- x\n";
  const Judged judged = judge_manifest(docker, "inline_waivers: false\n");
  CHECK_FALSE(find(judged.findings, "host-network")->waived);
  const Finding* report = find(judged.findings, "unused-waiver");
  REQUIRE(report != nullptr);
  CHECK(says(*report, "acme (policy.yaml:3) forbids waivers in comments"));
  CHECK(report->span.begin == Position{5, 18});
  CHECK(judged.unused.empty());
  // Whoever could lift the ban could waive.
  const auto input = [](PolicyLayer layer, const std::string& value) {
    return PolicyInput{.layer = layer, .builtin = {}, .source = named("p", "inline_waivers: " + value + "\n")};
  };
  for (const PolicyLayer layer : {PolicyLayer::user, PolicyLayer::project, PolicyLayer::option}) {
    CHECK_FALSE(Policy::fold(std::vector{input(PolicyLayer::system, "false"), input(layer, "true")}));
  }
  CHECK_FALSE(Policy::fold(std::vector{input(PolicyLayer::project, "true")}));
  CHECK(Policy::fold(std::vector{input(PolicyLayer::system, "true"), input(PolicyLayer::project, "false")}));
}

TEST_CASE("comments that cannot be read, of unknown or locked rules, or that waive nothing are reported") {
  const auto about = [](const std::string& comment, const std::string& rest = "") {
    return judge_manifest("image = \"x:1\"\nnetwork = \"host\" # skillrun: " + comment + "\n", rest);
  };
  CHECK(find(about("alow host-network until 2027-01-31 -- x").findings, "invalid-value") != nullptr);
  CHECK(find(about("allow host-netwrk until 2027-01-31 -- x").findings, "invalid-value") != nullptr);
  const std::string good = "allow host-network until 2027-01-31 -- x";
  CHECK(says(*find(about(good, "rules: {host-network: {locked: true}}\n").findings, "unused-waiver"), "has locked it"));
  CHECK(find(about("allow unknown-flag until 2027-01-31 -- x").findings, "unused-waiver") != nullptr);
  CHECK(find(about("allow host-network until 2026-11-20 -- x").findings, "expired-waiver") != nullptr);
  CHECK(has(about("allow root-mount until 2027-01-31 -- x").unused, "unused-waiver", Severity::warning));
  CHECK(about(good).unused.empty());
  CHECK(about("allow host-network until 2026-11-20 -- x").unused.empty());
}

TEST_CASE("waivers of the policy for a skill of the manifest that waive nothing are reported once all was judged") {
  const Judged judged = judge_manifest("image = \"x:1\"\n", waiver("host-network"));
  REQUIRE(judged.unused.size() == 1);
  CHECK(judged.unused.front().source->name == "policy.yaml");
  CHECK(judged.unused.front().span.begin.line == 4);
  CHECK(judge_manifest("image = \"x:1\"\nnetwork = \"host\"\n", waiver("host-network")).unused.empty());
  CHECK(judge_manifest("image = \"x:1\"\n", waiver("host-network", "", "2026-01-01")).unused.empty());
}
