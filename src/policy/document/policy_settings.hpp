#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/conditions/condition.hpp"
#include "policy/document/defaults.hpp"
#include "policy/document/policy_grant.hpp"
#include "policy/document/policy_waiver.hpp"
#include "policy/rules/support/rule_params.hpp"

namespace skillrun::inline v0 {

/// A value and the document that set it.
template <class T>
struct Placed {
  T value{};
  PolicyOrigin origin;
};

struct ParamSetting {
  const RuleParam* param = nullptr;
  ParamValue value;
  PolicyOrigin origin;
  bool of_lower_layer = false;  ///< set by the user's or the project's policy, which may only tighten
};

/// What policies say of one rule. What is not set is left to those below.
struct RuleSettings {
  std::optional<Placed<Severity>> severity;
  std::optional<PolicyOrigin> locked;  ///< who locked it
  std::vector<ParamSetting> params;

  [[nodiscard]] const ParamSetting* find(std::string_view param) const noexcept;
};

/// What one document, or several folded together, set.
struct PolicySettings {
  PolicySettings();

  std::string name;
  std::vector<RuleSettings> rules;  ///< one for every rule of the catalogue, in its order
  DefaultSettings defaults;
  std::vector<CustomRule> custom;
  std::vector<PolicyWaiver> waivers;
  std::vector<PolicyGrant> grants;
  std::optional<Placed<bool>> inline_waivers;

  /// The custom rule of that id, or null.
  [[nodiscard]] const CustomRule* find_custom(std::string_view id) const noexcept;
};

/// A fault of a setting that a document makes.
[[nodiscard]] Finding setting_fault(const PolicyOrigin& origin, std::string field, std::string message,
                                    std::string remedy);

/// "acme (policy.yaml:12)", or "baseline" for a built-in policy: for messages.
[[nodiscard]] std::string describe(const PolicyOrigin& origin);

}  // namespace skillrun::inline v0
