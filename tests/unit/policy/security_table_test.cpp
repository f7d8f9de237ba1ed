// The table of SECURITY.md, held against the code: each row is a line of a manifest and what becomes of it.
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include <skillrun/normalize.hpp>
#include <skillrun/rule.hpp>

#include "support.hpp"
#include "support/text.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

struct Row {
  std::string what;
  std::string example;
  std::string rule;
  std::string baseline;
  std::string restricted;
};

std::vector<Row> rows_of_table() {
  std::ifstream file(std::string(SKILLRUN_SOURCE_DIR) + "/SECURITY.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = text.find("<!-- reach: begin -->");
  const std::size_t end = text.find("<!-- reach: end -->");
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  std::vector<Row> rows;
  for (const std::string_view line : split(std::string_view(text).substr(begin, end - begin), '\n')) {
    const auto cells = split(line, '|');
    if (cells.size() != 7 || !cells[2].contains('`')) continue;
    const auto cell = [&](std::size_t i) {
      std::string_view trimmed = cells[i];
      while (trimmed.starts_with(' ') || trimmed.starts_with('`')) trimmed.remove_prefix(1);
      while (trimmed.ends_with(' ') || trimmed.ends_with('`')) trimmed.remove_suffix(1);
      return std::string(trimmed);
    };
    rows.push_back({cell(1), cell(2), cell(3), cell(4), cell(5)});
  }
  return rows;
}

struct Machine : FakeHost {
  Machine() {
    home_folders = {"/home/alice"};
    other_homes = {"/home/alice", "/home/bob"};
    volumes = {{"films", {.driver = "local", .options = {}}}};
    skillrun_folders = {"/data/settings/skillrun"};
    owners = {{"/srv/skills/shared", {.uid = 1001, .callers = false, .everybody_reads = true}}};
    folders = {{"/data/keys", {{.name = "id_ed25519"}}}};
  }
};

Findings judge_line(const std::string& line, const Policy& policy) {
  std::string text = "[skills.tool.docker]\n";
  if (!line.starts_with("image")) text += "image = \"tool:1\"\n";
  const auto source = std::make_shared<const SourceText>(
      SourceText{.name = "skills.toml", .directory = "/srv/skills", .text = text + line + "\n"});
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  REQUIRE(manifest);
  const MapVariables variables({{"EDITOR", "vi"}, {"GITHUB_TOKEN", "x"}});
  const CallerContext caller{
      .workdir = "/srv/project", .cwd = "/srv/project", .home = "/home/alice", .uid = 1000, .gid = 1000};
  const auto resolved = resolve_skill(*manifest, manifest->skills.front(), {}, caller, variables);
  REQUIRE(resolved);
  return evaluate(policy, with_defaults(policy, normalize(*resolved, {}, caller, variables)), Machine());
}

/// "open", "shown", "asked" or "closed", by what the rule reports.
std::string class_by(const Findings& findings, const std::string& rule) {
  std::string found = "open";
  for (const Finding& finding : findings) {
    if (finding.rule != rule || finding.severity == Severity::info) continue;
    REQUIRE(finding.ask);
    if (finding.severity == Severity::warning) found = "shown";
    if (finding.severity == Severity::error) found = finding.ask->closed ? "closed" : "asked";
  }
  return found;
}

}  // namespace

TEST_CASE("SECURITY.md says what a manifest may reach as the policies have it") {
  const std::vector<Row> rows = rows_of_table();
  CHECK(rows.size() > 20);
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CAPTURE(row.example);
    REQUIRE(find_rule(row.rule) != nullptr);
    CHECK(class_by(judge_line(row.example, baseline()), row.rule) == row.baseline);
    CHECK(class_by(judge_line(row.example, restricted()), row.rule) == row.restricted);
  }
}
