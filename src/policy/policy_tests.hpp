#pragma once

#include <expected>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/document/policy_test.hpp"

namespace skillrun::inline v0 {

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

}  // namespace skillrun::inline v0
