// What a file is, is told by what it says: manifests, policies and Compose files, in folders and by name.
#include <algorithm>

#include <doctest/doctest.h>

#include "support/json.hpp"
#include "workplace.hpp"

using namespace skillrun::test;

namespace {

using Lines = std::vector<std::string>;

const std::string bad_policy =
    "apiVersion: skillrun.policy/v1\nname: ci\nextends: [baseline]\nrules:\n  memory-missing: {severity: errr}\n";
const std::string good_policy = "apiVersion: skillrun.policy/v1\nname: ci\nextends: [restricted]\n";
const std::string compose = "services:\n  web:\n    image: nginx:1\n    privileged: true\n";

/// "FILE RULE" of each error, sorted.
Lines errors(const Workplace& place, Lines words) {
  words.insert(words.begin(), {"lint", "--format", "json"});
  const auto outcome = integration::run(place.command(words));
  CAPTURE(outcome.err);
  boost::system::error_code error;
  const auto document = skillrun::json::parse(outcome.out, error);
  REQUIRE_FALSE(error);
  Lines lines;
  for (const auto& finding : document.at("findings").as_array()) {
    if (finding.at("severity").as_string() != "error") continue;
    lines.push_back(std::string(finding.at("file").as_string()) + " " + std::string(finding.at("rule").as_string()));
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

TEST_CASE("in a folder policies are checked as policies, wherever they lie and whatever their name") {
  const Workplace place;
  place.write("skillrun.toml", skill());
  place.write("ci/policy.yaml", good_policy);
  place.write(".skillrun/strict.yaml", good_policy);
  place.write("policies/a.yml", bad_policy);
  place.write("policies/b.yaml", "apiVersion: skillrun.policy/v1\nname: b\nextends: [./gone.yaml]\n");
  place.write("policies/c.yaml", "apiVersion: skillrun.policy/v1\nname: c\nextends: [../ci/policy.yaml]\n");
  place.write("kubernetes.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n");
  CHECK(errors(place, {"."}) == Lines{"policies/a.yml invalid-value", "policies/b.yaml invalid-value"});
  CHECK(errors(place, {"policies/a.yml"}) == Lines{"policies/a.yml invalid-value"});
  CHECK(place.lint({"ci/policy.yaml"}).status == 0);
  // The same report everywhere: nothing of where the checkout lies.
  const auto gone = place.lint({"policies/b.yaml"});
  CHECK(gone.out.find("the policy './gone.yaml' cannot be read") != std::string::npos);
  CHECK(gone.out.find(place.at("").string()) == std::string::npos);
}

TEST_CASE("a project's policy is checked as the layer that it is: what a run would refuse, lint says") {
  const Workplace place;
  place.write("sub/.skillrun/policy.yaml",
              good_policy + "waivers:\n  - {rule: host-network, skill: x, reason: r, owner: o, expires: 2027-01-01}\n");
  CHECK(errors(place, {"."}) == Lines{"sub/.skillrun/policy.yaml invalid-value"});
  place.write("sub/.skillrun/policy.yaml", "skills: {}\n");
  CHECK(errors(place, {"."}) == Lines{"sub/.skillrun/policy.yaml syntax-error"});
  place.write("sub/.skillrun/policy.yaml", good_policy);
  CHECK(errors(place, {"."}).empty());
}

TEST_CASE("in a folder Compose files are told by their names and their content") {
  const Workplace place;
  for (const char* name : {"compose.yaml", "docker-compose.yml", "deploy/docker-compose.prod.yml", "dev-compose.yaml",
                           "compose.override.yaml"}) {
    place.write(name, compose);
  }
  place.write("services.yaml", compose);  // Symfony's, among others
  place.write(".gitlab-ci.yml", "services: [docker:dind]\n");
  place.write("decompose.yaml", compose);
  place.write("sub/compose.yaml", "parts: {}\n");
  CHECK(errors(place, {"."}) == Lines{"compose.override.yaml privileged", "compose.yaml privileged",
                                      "deploy/docker-compose.prod.yml privileged", "dev-compose.yaml privileged",
                                      "docker-compose.yml privileged"});
  // Who names it says that it is one of ours; then its content tells which.
  CHECK(errors(place, {"services.yaml"}) == Lines{"services.yaml privileged"});
  CHECK(errors(place, {"--as", "yaml", "compose.yaml"}) == Lines{"compose.yaml syntax-error"});
}

TEST_CASE("what declares skills is a manifest, whatever else it holds and however its keys are written") {
  const Workplace place;
  place.write("a.yaml", "services: {}\n\"sk\\u0069lls\": {a: {docker: {image: x, bogus: 1}}}\n");
  place.write("b.yaml", good_policy + "skills: {}\n");
  place.write("agents.yaml", "agent:\n  skills: [one, two]\n");
  place.write("pyproject.toml", "[tool.agent]\nskills = [\"one\"]\n");
  const Lines found = errors(place, {"."});
  CHECK(std::ranges::count(found, "a.yaml unknown-key") == 2);
  CHECK(std::ranges::count(found, "b.yaml unknown-key") == 3);
  CHECK(found.size() == 5);
}

TEST_CASE("of a SKILL.md an unknown key is a warning, and a policy decides") {
  const Workplace place;
  place.write("pdf/SKILL.md", "---\nname: pdf\ndescription: x\nlicence: MIT\nmodel: any\n---\n");
  const auto under = [&](const std::string& severity) {
    place.write("policy.yaml", good_policy + "rules: {unknown-skill-key: {severity: " + severity + "}}\n");
    return place.skillrun({"-p", "policy.yaml", "lint", "pdf"});
  };
  const auto usual = place.lint({"pdf"});
  CHECK(usual.status == 0);
  CHECK(usual.out.find("warning[unknown-skill-key]: unknown key \"licence\"") != std::string::npos);
  CHECK(usual.out.ends_with("0 errors, 1 warning, 0 infos\n"));
  CHECK(under("error").status == 1);
  CHECK(under("off").out.ends_with("0 errors, 0 warnings, 0 infos\n"));
}

TEST_CASE("standard input is what it says, too") {
  const Workplace place;
  const auto lint = [&](const std::string& text) {
    auto command = place.command({"lint", "-"});
    command.input = text;
    return integration::run(command);
  };
  CHECK(lint(compose).out.find("error[privileged]") != std::string::npos);
  CHECK(lint(bad_policy).out.find("unknown severity 'errr'") != std::string::npos);
  CHECK(lint(skill()).status == 0);
}

TEST_CASE("a policy or a Compose file among a project's manifests is no broken manifest to a run") {
  const Workplace place;
  place.write(".skillrun/tool.toml", skill());
  place.write(".skillrun/strict.yaml", good_policy);
  place.write(".skillrun/compose.yaml", compose);
  const auto list = place.skillrun({"list"});
  CHECK(list.status == 0);
  CHECK(list.err.empty());
  CHECK(list.out.find("tool") != std::string::npos);
  // What is neither stays one.
  place.write(".skillrun/other.yaml", "skillz: {}\n");
  CHECK(place.skillrun({"list"}).status == 125);
}
