#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/document/grant_pattern.hpp"

namespace skillrun::inline v0 {

/// What a policy document lets one skill have, or all whose names fit.
struct PolicyGrant {
  std::string skill;                    ///< a pattern of names
  std::optional<std::string> instance;  ///< likewise; unset: every instance
  std::optional<std::string> manifest;  ///< only skills of manifests at or below this path; unset: of any
  std::vector<GrantPattern> patterns;
  PolicyOrigin origin;
  /// Rules that a policy below this one had locked: they are not for this one to open.
  std::vector<std::string_view> barred = {};

  [[nodiscard]] bool is_barred(std::string_view rule) const noexcept {
    return std::ranges::find(barred, rule) != barred.end();
  }
};

}  // namespace skillrun::inline v0
