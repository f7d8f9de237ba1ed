#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/condition.hpp"
#include "policy/defaults.hpp"
#include "policy/grants.hpp"
#include "policy/rule_params.hpp"
#include "policy/waivers.hpp"

namespace skillrun {

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

enum class FoldMode : std::uint8_t {
  change,   ///< may relax what is not locked
  tighten,  ///< may only make stricter; what a built-in policy would relax is passed over, what a document says is not
};

/// Lays `over` on `below`. A setting that may not be made is reported with its place and leaves `below` as it was.
void lay_over(PolicySettings& below, PolicySettings over, FoldMode mode, Findings& faults);

/// Takes the grants out of a project's policy: whoever clones a repository is not bound by what its author would grant.
/// Each is reported with its place.
void refuse_grants(PolicySettings& project, Findings& faults);

/// A fault of a setting that a document makes.
[[nodiscard]] Finding setting_fault(const PolicyOrigin& origin, std::string field, std::string message,
                                    std::string remedy);

/// "acme (policy.yaml:12)", or "baseline" for a built-in policy: for messages.
[[nodiscard]] std::string describe(const PolicyOrigin& origin);

}  // namespace skillrun
