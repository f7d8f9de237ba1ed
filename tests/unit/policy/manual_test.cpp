// docs/policy.md is right: its examples are policies whose own cases pass, and it leaves nothing out.
#include <fstream>
#include <iterator>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "policy/document/grant_keys.hpp"
#include "policy/document/policy_settings.hpp"
#include "policy/policy_tests.hpp"
#include "policy_texts.hpp"
#include "spec/condition_fields.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string manual() {
  std::ifstream file(std::string(SKILLRUN_SOURCE_DIR) + "/docs/policy.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The YAML examples; one without a head gets it.
std::vector<std::string> examples() {
  std::vector<std::string> all;
  std::istringstream lines(manual());
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (!inside && line == "```yaml") {
      all.emplace_back();
      inside = true;
    } else if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      all.back() += line + "\n";
    }
  }
  for (std::string& example : all) {
    if (!example.starts_with("apiVersion")) example.insert(0, head);
  }
  return all;
}

bool names(const std::string& text, std::string_view word) {
  return text.find(fmt::format("`{}`", word)) != std::string::npos;
}

}  // namespace

TEST_CASE("every example of the manual is a policy, and its cases pass") {
  const std::vector<std::string> all = examples();
  CHECK(all.size() >= 5);
  for (const std::string& example : all) {
    CAPTURE(example);
    const auto report = run_policy_tests(document("example.yaml", example), nullptr, std::chrono::year(2026) / 11 / 21);
    if (!report) FAIL_CHECK(report.error().front().message);
    if (!report) continue;
    CHECK(report->cases.size() >= 2);
    for (const PolicyTestResult& result : report->cases) {
      CAPTURE(result.name);
      for (const std::string& failure : result.failures) FAIL_CHECK(failure);
    }
  }
}

TEST_CASE("the manual names every key, default, operator and field") {
  const std::string text = manual();
  for (const std::string_view key :
       {"apiVersion", "name",           "description", "extends",  "defaults", "rules",  "custom",
        "waivers",    "inline_waivers", "tests",       "severity", "params",   "when",   "assert",
        "message",    "remedy",         "instance",    "field",    "evidence", "expires"}) {
    CHECK_MESSAGE(names(text, key), key);
  }
  for (const std::string_view key : {"grants", "skill", "manifest"}) CHECK_MESSAGE(names(text, key), key);
  for (const GrantList& list : grant_lists) CHECK_MESSAGE(names(text, list.key), list.key);
  for (const DefaultRow& row : default_rows()) CHECK_MESSAGE(names(text, row.key), row.key);
  for (const std::string_view word :
       {"exists", "equals", "in", "matches", "path_under", "path_covers", "cidr", "lte", "gte", "any", "none"}) {
    CHECK_MESSAGE(names(text, word), word);
  }
  for (const ScalarField& field : scalar_fields()) CHECK_MESSAGE(names(text, field.name), field.name);
  for (const ListField& list : list_fields()) {
    CHECK_MESSAGE(names(text, list.name), list.name);
    for (const ElementField& part : list.parts) {
      const std::string name = part.entry != nullptr ? std::string(part.name) + "[\"KEY\"]" : std::string(part.name);
      CHECK_MESSAGE((part.name.empty() || names(text, name)), list.name, " ", name);
    }
  }
}
