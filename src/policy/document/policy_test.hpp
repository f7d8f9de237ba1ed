#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

#include "manifest/node.hpp"

namespace skillrun::inline v0 {

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

}  // namespace skillrun::inline v0
