#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

#include "manifest/node.hpp"

namespace skillrun {

/// What a test case says of one rule.
struct ExpectedRule {
  std::string rule;
  std::optional<Severity> severity;  ///< the highest of its findings; off: there is none; nothing: all are waived
  Span span;
};

/// A test case of a policy document, as written.
struct PolicyTest {
  std::string name;
  Span span;
  ValueNode skills;  ///< a table, as in a manifest
  std::string skill;
  std::optional<std::string> instance;
  std::string workdir;                                        ///< what SKILL_WORKDIR stands for
  std::map<std::string, std::string, std::less<>> variables;  ///< the environment
  std::vector<std::string> arguments;                         ///< the caller's
  std::optional<std::chrono::year_month_day> date;            ///< on which waivers are judged; absent: today
  std::optional<bool> allowed;                                ///< the verdict, where the case says one
  std::vector<ExpectedRule> findings;
};

struct PolicyTestResult {
  std::string name;
  Span span;
  bool allowed = false;
  Findings findings;                  ///< everything that was found
  std::vector<std::string> failures;  ///< each expectation that does not hold, as a sentence part

  [[nodiscard]] bool passed() const noexcept { return failures.empty(); }
};

struct PolicyTestReport {
  std::string policy;  ///< its name
  std::vector<PolicyTestResult> cases;
};

/// Runs the test cases of a document, each under the document with everything that it extends: no layer of this machine
/// takes part, and nothing of its file system is looked at. Findings when the policy is not valid.
[[nodiscard]] std::expected<PolicyTestReport, Findings> run_policy_tests(const SourcePtr& source,
                                                                         const PolicyFiles* files,
                                                                         std::chrono::year_month_day today);

}  // namespace skillrun
