#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/rules/support/rule_params.hpp"

namespace skillrun::inline v0 {

/// What all policies but one say of each rule.
struct Floor {
  struct Demand {
    Severity severity = Severity::error;
    RuleParams params;
  };
  std::vector<Demand> demands;  ///< in the order of the catalogue
  std::map<std::string, Severity, std::less<>> custom;

  /// Of a custom rule; off where only the one policy has it.
  [[nodiscard]] Severity of_custom(std::string_view rule) const {
    const auto known = custom.find(rule);
    return known == custom.end() ? Severity::off : known->second;
  }
};

/// A waiver of a policy document.
struct PolicyWaiver {
  std::string rule;  ///< of the catalogue, or a custom one
  std::string skill;
  std::optional<std::string> instance;  ///< unset: every instance
  std::optional<std::string> field;     ///< unset: wherever
  std::optional<std::string> evidence;  ///< unset: whatever the value
  std::string reason;
  std::string owner;
  std::chrono::year_month_day expires;
  PolicyOrigin origin;
  /// Set for a document that may only tighten: which of the policies that are folded it is, and what all others demand.
  /// Of that it undoes nothing, only what its own document made stricter.
  std::optional<std::size_t> layer = {};
  std::shared_ptr<const Floor> floor = nullptr;
};

}  // namespace skillrun::inline v0
