// Lint and run say the same: of every fixture, and of documents made by chance. What an alias repeats is said of each
// skill that uses it, as if it were written out.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>
#include <skillrun/normalize.hpp>

#include "generated_documents.hpp"
#include "lint/lint_files.hpp"
#include "support.hpp"

namespace fs = std::filesystem;
using namespace skillrun;
using namespace skillrun::test;

namespace {

/// What a finding says, without its place.
using Said = std::tuple<std::string, std::string, std::string, std::string, Severity, std::string, std::string>;
/// What it says and where, without whose it is. What an instance has from its skill is said where the skill has it.
using Located = std::tuple<std::string, Position, std::string, std::string>;

Said said_by(const Finding& finding) {
  return {
      finding.skill,   finding.instance.value_or(""), finding.rule, finding.field, finding.severity, finding.message,
      finding.evidence};
}

Located located(const Finding& finding) { return {finding.rule, finding.span.begin, finding.field, finding.message}; }

Located anywhere(const Finding& finding) { return {finding.rule, Position(), finding.field, finding.message}; }

std::multiset<Said> said_in(const LintedFile& file, std::string_view skill = {}) {
  std::multiset<Said> all;
  for (const Finding& finding : file.findings) {
    if (skill.empty() || finding.skill == skill) all.insert(said_by(finding));
  }
  return all;
}

std::multiset<std::string> fingerprints(const LintedFile& file) {
  std::multiset<std::string> all;
  for (const Finding& finding : file.findings) all.insert(finding.fingerprint);
  return all;
}

/// The machine on which these tests run, as `run` sees it and lint with --host-checks on.
struct Machine {
  LocalHost host{std::nullopt, std::chrono::year(2026) / std::chrono::November / 21};
  MapVariables variables{{{"DATA", "/srv/data"}, {"CALLER_TOKEN", "swordfish"}}};
  CallerContext caller{
      .workdir = "/srv/project", .cwd = "/srv/project", .home = "/home/alice", .uid = 1000, .gid = 1000};

  [[nodiscard]] LintContext context(std::string_view policy) const {
    return {.policy = Policy::builtin(policy), .host = host, .variables = variables, .caller = caller};
  }
};

bool is_about_waivers(const Finding& finding) {
  return finding.field == "waiver" || finding.rule == "unused-waiver" || finding.rule == "expired-waiver";
}

/// Holds what lint says of a skill with one of its names against what run does with it.
void check_name(const Machine& machine, const LintContext& context, const Manifest& manifest,
                const SkillDefinition& skill, std::optional<std::string_view> name, const LintedFile& linted) {
  CAPTURE(skill.name);
  CAPTURE(name.value_or(""));
  const auto resolved = resolve_skill(manifest, skill, name, machine.caller, machine.variables);
  std::set<Located> known;   // to lint, of this instance
  std::set<Located> shared;  // and of the skill, without places
  bool error = false;
  bool undefined = false;
  std::optional<std::string> instance;
  if (name && skill.find_instance(*name) != nullptr) instance = *name;
  if (!name && skill.default_instance && skill.find_instance(skill.default_instance->value) != nullptr) {
    instance = skill.default_instance->value;
  }
  for (const Finding& finding : linted.findings) {
    if (finding.skill != skill.name || (finding.instance && finding.instance != instance)) continue;
    known.insert(located(finding));
    if (!finding.instance) shared.insert(anywhere(finding));
    error = error || finding.severity == Severity::error;
    undefined = undefined || finding.rule == "undefined-variable";
  }
  if (!resolved) {
    CHECK((error || undefined || (skill.default_instance && name)));
    return;
  }
  const ContainerSpec spec = normalize(*resolved, {}, machine.caller, machine.variables);
  const auto admitted = admit(*context.policy, spec, context.host);
  const Findings& judged = admitted ? admitted->findings() : admitted.error().findings;
  for (const Finding& finding : judged) {
    if (is_about_waivers(finding)) continue;
    CAPTURE(finding.rule);
    CAPTURE(finding.message);
    CHECK((known.contains(located(finding)) || shared.contains(anywhere(finding))));
  }
  if (!admitted) CHECK(error);
  std::set<Located> by_run;
  for (const Finding& finding : judged) by_run.insert(located(finding));
  for (const Finding& finding : resolved->warnings) by_run.insert(located(finding));
  for (const Finding& finding : linted.findings) {
    if (finding.skill != skill.name || !instance || finding.instance != instance || is_about_waivers(finding)) continue;
    CAPTURE(finding.rule);
    CAPTURE(finding.message);
    CHECK(by_run.contains(located(finding)));
  }
}

void check_agreement(const Machine& machine, const SourcePtr& source, ManifestFormat format, std::string_view policy) {
  const LintContext context = machine.context(policy);
  const LintedFile linted = lint_manifest(source, format, source->name, context);
  const auto manifest = parse_manifest(source, format);
  if (!manifest) {
    CHECK(has_errors(linted.findings));
    return;
  }
  for (const SkillDefinition& skill : manifest->skills) {
    if (skill.runtime_kind != RuntimeKind::docker) continue;
    check_name(machine, context, *manifest, skill, std::nullopt, linted);
    check_name(machine, context, *manifest, skill, "default", linted);
    for (const InstanceDefinition& instance : skill.instances) {
      check_name(machine, context, *manifest, skill, instance.name, linted);
    }
  }
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

SourcePtr source_at(const std::string& name, std::string text) {
  return std::make_shared<const SourceText>(
      SourceText{.name = name, .directory = "/srv/skills", .text = std::move(text)});
}

LintedFile lint_compose_text(const std::string& text) {
  const Context context;
  const LintInput input{.path = "compose.yaml", .repository_path = "compose.yaml", .kind = LintKind::compose};
  return lint_source(source_at("compose.yaml", text), input, context.context);
}

LintedFile lint_toml_with(const Context& context, const std::string& text) {
  return lint_manifest(source_at("x.toml", text), ManifestFormat::toml, "x.toml", context.context);
}

std::string yaml_manifest(const std::vector<std::pair<std::string, NodePtr>>& skills, Aliases aliases) {
  return "version: \"1\"\nskills: " + YamlWriter(aliases).write(table(skills)) + "\n";
}

}  // namespace

TEST_CASE("what run says of a fixture, under any of its names, lint has said") {
  const Machine machine;
  std::size_t checked = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SKILLRUN_SOURCE_DIR) / "tests/fixtures")) {
    const fs::path& path = entry.path();
    const auto format = format_of(path.string());
    if (!format || path.filename() == "policy.yaml" || path.parent_path().filename() == "compose") continue;
    CAPTURE(path.string());
    for (const std::string_view policy : {"baseline", "restricted"}) {
      check_agreement(machine, source_at(path.filename().string(), read(path)), *format, policy);
    }
    ++checked;
  }
  CHECK(checked > 200);
}

TEST_CASE("what run says of a manifest made by chance, lint has said, with aliases and without") {
  const Machine machine;
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const auto skills = skills_by_chance(seed);
    const std::string aliased = yaml_manifest(skills, Aliases::written);
    CAPTURE(aliased);
    for (const std::string_view policy : {"baseline", "restricted"}) {
      check_agreement(machine, source_at("a.yaml", aliased), ManifestFormat::yaml, policy);
    }
  }
}

TEST_CASE("aliases change nothing of what is found, nor does the format") {
  const Context context;
  for (unsigned seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    const auto skills = skills_by_chance(seed);
    const auto lint = [&](const std::string& text, ManifestFormat format) {
      return lint_manifest(source_at("x", text), format, "x", context.context);
    };
    const std::string aliased = yaml_manifest(skills, Aliases::written);
    CAPTURE(aliased);
    const LintedFile shared = lint(aliased, ManifestFormat::yaml);
    const LintedFile apart = lint(yaml_manifest(skills, Aliases::written_out), ManifestFormat::yaml);
    const LintedFile toml = lint("version = \"1\"\nskills = " + toml_of(*table(skills)) + "\n", ManifestFormat::toml);
    CHECK(said_in(shared) == said_in(apart));
    CHECK(fingerprints(shared) == fingerprints(apart));
    // A word without quotes is a text in YAML and none in TOML; everything else is the same.
    if (aliased.find(": 2") == std::string::npos) CHECK(fingerprints(toml) == fingerprints(apart));
  }
}

TEST_CASE("each skill is judged as if it were alone in its file") {
  const Context context;
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const auto skills = skills_by_chance(seed);
    const LintedFile together = lint_manifest(source_at("x", yaml_manifest(skills, Aliases::written)),
                                              ManifestFormat::yaml, "x", context.context);
    for (const auto& skill : skills) {
      CAPTURE(skill.first);
      const LintedFile alone = lint_manifest(source_at("x", yaml_manifest({skill}, Aliases::written)),
                                             ManifestFormat::yaml, "x", context.context);
      CHECK(said_in(together, skill.first) == said_in(alone));
    }
  }
}

TEST_CASE("what is known of one skill lets no other pass, whatever they share") {
  const Context context;
  for (unsigned seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    const auto skills = skills_by_chance(seed);
    const LintedFile all = lint_manifest(source_at("x", yaml_manifest(skills, Aliases::written)), ManifestFormat::yaml,
                                         "x", context.context);
    LintReport first{.policy = context.context.policy, .files = {all}};
    std::erase_if(first.files[0].findings, [](const Finding& finding) { return finding.skill != "skill0"; });
    LintReport rest{.policy = context.context.policy, .files = {all}};
    Baseline::of(first).apply(rest);
    for (const auto& [skill, node] : skills) {
      if (skill != "skill0") CHECK(said_in(rest.files[0], skill) == said_in(all, skill));
    }
    CHECK(said_in(rest.files[0], "skill0").empty());
  }
}

TEST_CASE("services that merge one table are judged as if each had it written out") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Chance chance(seed);
    const NodePtr common = chance.table_of(service_words(), "service");
    std::string merged = "x-common: &common " + YamlWriter(Aliases::written_out).write(common) + "\nservices:\n";
    std::string apart = "services:\n";
    for (const char* name : {"one", "two", "three"}) {
      const std::string more = chance.happens(50) ? std::string("    hostname: h\n") : std::string();
      merged += std::string("  ") + name + ":\n    <<: *common\n" + more;
      apart += std::string("  ") + name + ":\n" + more;
      for (const auto& [key, value] : common->members) {
        apart += "    " + key + ": " + YamlWriter(Aliases::written_out).write(value) + "\n";
      }
      if (common->members.empty() && more.empty()) apart += "    {}\n";
    }
    CAPTURE(merged);
    CHECK(said_in(lint_compose_text(merged)) == said_in(lint_compose_text(apart)));
    CHECK(fingerprints(lint_compose_text(merged)) == fingerprints(lint_compose_text(apart)));
  }
}

TEST_CASE("a Compose file is judged by what Compose makes of it, not by what a policy would fill in") {
  Context context;
  context.context.policy = Policy::builtin("restricted");
  const LintInput input{.path = "compose.yaml", .repository_path = "compose.yaml", .kind = LintKind::compose};
  const auto rules = [&](const std::string& text) {
    std::set<std::string> all;
    for (const Finding& finding : lint_source(source_at("compose.yaml", text), input, context.context).findings) {
      if (finding.severity == Severity::error) all.insert(finding.rule);
    }
    return all;
  };
  const std::string image = "image: \"a@sha256:" + std::string(64, 'a') + "\"";
  const auto bare = rules("services: {a: {" + image + "}}\n");
  for (const char* rule : {"cap-drop-all-missing", "no-new-privileges-missing", "pids-missing", "writable-rootfs",
                           "root-user", "network-not-none"}) {
    CAPTURE(rule);
    CHECK(bare.contains(rule));
  }
  const auto hard = rules("services: {a: {" + image +
                          ", cap_drop: [ALL], security_opt: [no-new-privileges:true], pids_limit: 9, read_only: true, "
                          "user: \"1000:1000\", network_mode: none}}\n");
  for (const std::string& rule : bare) {
    CAPTURE(rule);
    CHECK((rule == "memory-missing" || rule == "cpu-missing" || rule == "timeout-missing" || !hard.contains(rule)));
  }
}

TEST_CASE("the network of a service is what Compose calls it") {
  const auto network = [](const std::string& text) {
    for (const Finding& finding : lint_compose_text(text).findings) {
      if (finding.rule == "network-not-none") return finding.message;
      if (finding.rule == "host-network") return finding.rule;
    }
    return std::string();
  };
  const std::string service = "services: {a: {image: x:1}}\n";
  CHECK(network(service) == "the service has a network: PROJECT_default");
  CHECK(network("name: shop\n" + service) == "the service has a network: shop_default");
  CHECK(network(service + "networks: {default: {name: host, external: true}}\n") == "host-network");
  CHECK(network(service + "networks: {default: {driver: host}}\n") == "host-network");
  CHECK(network(service + "networks: {default: {driver: \"${D:-host}\"}}\n") == "host-network");
  CHECK(network("services: {a: {image: x:1, networks: [none]}}\n") == "the service has a network: PROJECT_none");
  CHECK(network("services: {a: {image: x:1, network_mode: none}}\n").empty());
}

TEST_CASE("findings of a service name its own keys, what is missing included") {
  const LintedFile file = lint_compose_text(
      "services:\n  a:\n    image: x:1\n    mem_limit: 64m\n    deploy: {resources: {limits: {memory: 128m}}}\n"
      "    volumes: [\"nfs:/n:ro\", {type: bind, source: ./a, target: /a, bind: {selinux: z, propagation: rshared}}]\n"
      "  b: {build: .}\nvolumes: {nfs: {driver_opts: {type: none, o: bind, device: /etc}}}\n");
  std::set<std::string> found;
  for (const Finding& finding : file.findings) {
    found.insert(finding.rule + " " + finding.field);
    CHECK_FALSE(finding.field.starts_with("docker."));
    CHECK(finding.rule != "image-reference-invalid");
  }
  CHECK(found.contains("ambiguous-value services.a.deploy.resources.limits.memory"));
  CHECK(found.contains("memory-missing services.b.mem_limit"));
  CHECK_FALSE(found.contains("timeout-missing services.b"));
  CHECK(found.contains("mount-propagation services.a.volumes[1]"));
  CHECK(found.contains("mount-relabel services.a.volumes[1]"));
  CHECK(found.contains("volume-as-bind services.a.volumes[0]"));
  CHECK_FALSE(found.contains("writable-mount services.a.volumes[0]"));
}

TEST_CASE("a waiver beside a value that others share is for the skill that it stands beside") {
  const Context context;
  const std::string text =
      "skills:\n  a:\n    docker: &d\n      image: x:1\n      network: host # skillrun: allow host-network until "
      "2027-01-31 -- why not\n  b:\n    docker: *d\n";
  const LintedFile file = lint_manifest(source_at("x.yaml", text), ManifestFormat::yaml, "x.yaml", context.context);
  std::map<std::string, bool> waived;
  for (const Finding& finding : file.findings) {
    if (finding.rule == "host-network") waived.emplace(finding.skill, finding.waived.has_value());
  }
  CHECK(waived == std::map<std::string, bool>{{"a", true}, {"b", false}});
}

TEST_CASE("a waiver of one instance lets no other pass, nor the skill by itself") {
  Context context;
  const auto policy = Policy::parse(source_at(
      "policy.yaml",
      "apiVersion: skillrun.policy/v1\nname: mine\nwaivers:\n  - {rule: host-network, skill: a, instance: one, reason: "
      "needed, owner: me, expires: 2027-01-31}\n"));
  REQUIRE(policy);
  context.context.policy = *policy;
  const LintedFile file =
      lint_toml_with(context,
                     "[skills.a]\ndefault_instance = \"one\"\n[skills.a.docker]\nimage = \"x:1\"\nnetwork = "
                     "\"host\"\n[skills.a.instances.one]\n[skills.a.instances.two]\n");
  std::multiset<std::pair<std::string, bool>> found;
  for (const Finding& finding : file.findings) {
    if (finding.rule == "host-network") found.emplace(finding.instance.value_or(""), finding.waived.has_value());
    CHECK(finding.rule != "unused-waiver");
  }
  CHECK(found == std::multiset<std::pair<std::string, bool>>{{"", false}, {"one", true}});
}
