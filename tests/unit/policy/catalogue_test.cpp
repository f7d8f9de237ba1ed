#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule.hpp"
#include "support/text.hpp"

using namespace skillrun;

namespace {

struct Row {
  std::string baseline;
  std::string restricted;
};

/// The catalogue of rules that the project is to have, by id; some stand for later versions.
std::map<std::string, Row> read_plan() {
  const std::filesystem::path root = SKILLRUN_SOURCE_DIR;
  std::ifstream file(root / "tests/data/rules.tsv");
  std::map<std::string, Row> plan;
  for (std::string line; std::getline(file, line);) {
    const auto cells = split(line, '\t');
    if (line.starts_with('#') || cells.size() != 5 || cells[0] == "id") continue;
    plan[std::string(cells[0])] = {std::string(cells[1]), std::string(cells[2])};
  }
  return plan;
}

/// Own additions to the plan.
const std::set<std::string_view> additions{"syntax-error"};

}  // namespace

TEST_CASE("every rule is in the plan with the severities that it has") {
  const auto plan = read_plan();
  REQUIRE(plan.size() > 100);
  for (const RuleInfo& rule : rule_catalogue()) {
    CAPTURE(rule.id);
    if (additions.contains(rule.id)) continue;
    const auto found = plan.find(std::string(rule.id));
    REQUIRE(found != plan.end());
    CHECK(to_string(rule.baseline) == found->second.baseline);
    CHECK(to_string(rule.restricted) == found->second.restricted);
  }
}

TEST_CASE("every rule of the plan is implemented") {
  for (const auto& [id, row] : read_plan()) {
    CAPTURE(id);
    CHECK(find_rule(id) != nullptr);
  }
}

TEST_CASE("rules are sorted, unique and found by id") {
  std::string_view before;
  for (const RuleInfo& rule : rule_catalogue()) {
    CAPTURE(rule.id);
    CHECK(before < rule.id);
    before = rule.id;
    CHECK(find_rule(rule.id) == &rule);
  }
  CHECK(find_rule("no-such-rule") == nullptr);
  CHECK(all_rules().size() == rule_catalogue().size());
}

TEST_CASE("every rule says what, why, how to fix it and where it comes from, on one line each") {
  for (const RuleInfo& rule : rule_catalogue()) {
    CAPTURE(rule.id);
    for (const std::string_view text : {rule.summary, rule.why, rule.remedy, rule.source}) {
      CHECK_FALSE(text.empty());
      CHECK_FALSE(text.ends_with('.'));
      CHECK_FALSE(find_control_character(text));
    }
  }
}

TEST_CASE("what comes from a standard says from which edition of it") {
  const RE2 known(R"(own|PSS (?:baseline|restricted) \d+\.\d+|CIS Docker \d+\.\d+\.\d+ 5\.\d+|CVE-\d{4}-\d+)");
  for (const RuleInfo& rule : rule_catalogue()) {
    for (std::string_view source : split(rule.source, ',')) {
      if (source.starts_with(' ')) source.remove_prefix(1);
      CAPTURE(rule.id);
      CAPTURE(source);
      CHECK(RE2::FullMatch(source, known));
    }
  }
}

TEST_CASE("a policy that is stricter never knows a rule less") {
  for (const RuleInfo& rule : rule_catalogue()) {
    CAPTURE(rule.id);
    CHECK(rule.baseline <= rule.restricted);
    CHECK(rule.privileged != Severity::off);
    // Under privileged a rule either refuses always, or only informs.
    CHECK((rule.privileged == Severity::info || rule.baseline == Severity::error));
  }
}
