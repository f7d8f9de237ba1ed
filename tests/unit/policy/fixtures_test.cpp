// Each rule has manifests that it must pass and manifests that it must fail, in tests/fixtures/rules/ID/{pass,fail}.
// A failing one is a minimal manifest with one tweak; the .txt beside it holds all findings. SKILLRUN_UPDATE_GOLDENS=1
// writes these files anew. A first line `# policy: NAME` asks for another policy than restricted, and a rule that needs
// one of its own has it as policy.yaml in its folder; `# reported as: RULE` says that a parser refuses such a manifest
// before the rule sees it; `# engine: remote` puts the engine on another machine. A file that begins with `services:`
// is a Compose file.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <doctest/doctest.h>
#include <skillrun/manifest.hpp>
#include <skillrun/normalize.hpp>
#include <skillrun/rule.hpp>
#include <skillrun/spec.hpp>

#include "lint/compose/compose.hpp"
#include "lint/skill_md.hpp"
#include "support.hpp"

namespace fs = std::filesystem;
using namespace skillrun;
using namespace skillrun::test;

namespace {

const fs::path root = fs::path(SKILLRUN_SOURCE_DIR) / "tests/fixtures/rules";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct FixtureHost : FakeHost {
  FixtureHost() {
    links = {{"/srv/link-to-etc", "/etc"},           {"/srv/link-to-root", "/"},
             {"/srv/link-to-run", "/run"},           {"/srv/link-to-socket", "/run/docker.sock"},
             {"/srv/link-to-home", "/home/alice"},   {"/srv/link-to-bus", "/run/user/1000/bus"},
             {"/srv/link-to-data", "/srv/data"},     {"/srv/link-to-disk", "/dev/sda"},
             {"/srv/project/link", "/srv/elsewhere"}};
    missing = {"/srv/project/missing", "/srv/missing"};
    sockets = {"/srv/app.sock", "/srv/link-to-socket", "/run/docker.sock"};
    volumes = {{"data-that-is-there", {.driver = "local", .options = {}}}};
    files = {{"/srv/skills/shadow", "x"}, {"/srv/skills/file", "x"}};
    platform = "linux/amd64";
    socket = "/opt/engine/main.sock";
    home_folders = {"/home/alice"};
    owners = {{"/srv/shared", {.uid = 1001, .callers = false, .everybody_reads = true}},
              {"/srv/skills/shared", {.uid = 1001, .callers = false, .everybody_reads = true}}};
  }
  std::optional<std::chrono::year_month_day> today() const override {
    return std::chrono::year_month_day{std::chrono::year(2026), std::chrono::November, std::chrono::day(21)};
  }
};

const CallerContext caller{
    .workdir = "/srv/project", .cwd = "/srv/project", .home = "/home/alice", .uid = 1000, .gid = 1000};

/// What a comment `# KEY: VALUE` in the first line says.
std::string directive(std::string_view text, std::string_view key) {
  const std::string mark = "# " + std::string(key) + ": ";
  if (!text.starts_with(mark)) return {};
  return std::string(text.substr(mark.size(), text.find('\n') - mark.size()));
}

std::shared_ptr<const Policy> policy_for(const fs::path& path, std::string_view text) {
  const fs::path own = path.parent_path().parent_path() / "policy.yaml";
  if (fs::exists(own)) {
    const auto policy = Policy::parse(
        std::make_shared<const SourceText>(SourceText{.name = "policy.yaml", .directory = {}, .text = read(own)}));
    if (!policy) FAIL_CHECK(policy.error().front().message);
    REQUIRE(policy);
    return *policy;
  }
  const std::string name = directive(text, "policy");
  return Policy::builtin(name.empty() ? "restricted" : name);
}

void append(Findings& to, const Findings& from) { to.insert(to.end(), from.begin(), from.end()); }

bool is_skill_md(const fs::path& path) { return path.extension() == ".md"; }

/// True for a manifest, and for a SKILL.md or a Compose file, which rules about those have.
bool is_document(const fs::path& path) { return format_of(path.string()) || is_skill_md(path); }

/// What lint would say about every skill of the file, and every instance that it declares.
Findings judge_file(const fs::path& path) {
  const std::string text = read(path);
  const auto judging = policy_for(path, text);
  const Policy& policy = *judging;
  const auto source = std::make_shared<const SourceText>(
      SourceText{.name = path.filename().string(), .directory = "/srv/skills", .text = text});
  if (is_skill_md(path)) {
    const FixtureHost host;
    const MapVariables variables({});
    return lint_skill_md(source, "SKILL.md",
                         {.policy = judging, .host = host, .variables = variables, .caller = caller})
        .file.findings;
  }
  if (text.starts_with("services:")) {
    const FixtureHost host;
    const MapVariables variables({});
    return lint_compose(source, "compose.yaml", {},
                        {.policy = judging, .host = host, .variables = variables, .caller = caller})
        .findings;
  }
  const auto manifest = parse_manifest(source, format_of(path.string()).value());
  if (!manifest) return apply_severities(policy, manifest.error());
  const MapVariables variables({{"CALLER_TOKEN", "swordfish"}, {"DATA", "/srv/data"}});
  FixtureHost host;
  host.remote = directive(text, "engine") == "remote";
  Findings findings = apply_severities(policy, manifest->warnings);
  for (const SkillDefinition& skill : manifest->skills) {
    if (skill.runtime_kind != RuntimeKind::docker) continue;
    std::vector<std::optional<std::string_view>> instances{std::nullopt};
    for (const InstanceDefinition& instance : skill.instances) instances.emplace_back(instance.name);
    for (const auto& instance : instances) {
      const auto resolved = resolve_skill(*manifest, skill, instance, caller, variables, UndefinedVariables::warning);
      if (!resolved) {
        append(findings, apply_severities(policy, resolved.error()));
        continue;
      }
      append(findings, apply_severities(policy, resolved->warnings));
      const ContainerSpec spec = normalize(*resolved, {}, caller, variables);
      append(findings, evaluate(policy, with_defaults(policy, spec), host));
    }
  }
  append(findings, unused_waivers(policy, *manifest, findings));
  sort_findings(findings);
  return findings;
}

std::string golden_of(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.rule;
    for (const CoveredRule& covered : finding.covers) text += "+" + covered.rule;
    text += " " + std::to_string(finding.span.begin.line) + ":" + std::to_string(finding.span.begin.column) + " " +
            (finding.field.empty() ? "-" : finding.field) + " " + finding.message + "\n";
  }
  return text;
}

std::vector<fs::path> manifests_in(const fs::path& folder) {
  std::vector<fs::path> manifests;
  if (!fs::is_directory(folder)) return manifests;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (is_document(entry.path())) manifests.push_back(entry.path());
  }
  std::ranges::sort(manifests);
  return manifests;
}

}  // namespace

TEST_CASE("every rule has a passing and a failing fixture") {
  for (const RuleInfo& rule : rule_catalogue()) {
    CAPTURE(rule.id);
    CHECK_FALSE(manifests_in(root / rule.id / "pass").empty());
    CHECK_FALSE(manifests_in(root / rule.id / "fail").empty());
  }
}

TEST_CASE("every fixture belongs to a rule, and every file there to a fixture") {
  for (const auto& entry : fs::directory_iterator(root)) {
    CAPTURE(entry.path().string());
    CHECK(find_rule(entry.path().filename().string()) != nullptr);
  }
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().string());
    const fs::path folder = entry.path().parent_path();
    if (entry.path().filename() == "policy.yaml" && folder.parent_path() == root) continue;
    const bool golden = entry.path().extension() == ".txt" && folder.filename() == "fail";
    CHECK((golden || is_document(entry.path())));
    if (!golden) continue;
    CHECK(std::ranges::any_of(manifests_in(folder),
                              [&](const fs::path& path) { return path.stem() == entry.path().stem(); }));
  }
}

TEST_CASE("passing fixtures pass their rule") {
  for (const RuleInfo& rule : rule_catalogue()) {
    for (const fs::path& path : manifests_in(root / rule.id / "pass")) {
      CAPTURE(path.string());
      const Findings findings = judge_file(path);
      CAPTURE(golden_of(findings));
      CHECK_FALSE(has(findings, rule.id));
    }
  }
}

TEST_CASE("failing fixtures fail their rule, and give exactly the findings of the golden file") {
  const bool update = std::getenv("SKILLRUN_UPDATE_GOLDENS") != nullptr;
  for (const RuleInfo& rule : rule_catalogue()) {
    for (const fs::path& path : manifests_in(root / rule.id / "fail")) {
      CAPTURE(path.string());
      const Findings findings = judge_file(path);
      const std::string text = golden_of(findings);
      CAPTURE(text);
      const std::string other = directive(read(path), "reported as");
      CHECK(has(findings, other.empty() ? rule.id : std::string_view(other)));
      const fs::path golden = fs::path(path).replace_extension(".txt");
      if (update) std::ofstream(golden, std::ios::binary) << text;
      CHECK(read(golden) == text);
    }
  }
}
