#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

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
};

}  // namespace skillrun::inline v0
