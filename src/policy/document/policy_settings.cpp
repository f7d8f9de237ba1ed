#include "policy/document/policy_settings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

const ParamSetting* RuleSettings::find(std::string_view param) const noexcept {
  const auto found = std::ranges::find(params, param, [](const ParamSetting& setting) { return setting.param->name; });
  return found == params.end() ? nullptr : &*found;
}

const CustomRule* PolicySettings::find_custom(std::string_view id) const noexcept {
  const auto found = std::ranges::find(custom, id, &CustomRule::id);
  return found == custom.end() ? nullptr : &*found;
}

PolicySettings::PolicySettings() : rules(rule_catalogue().size()) {}

Finding setting_fault(const PolicyOrigin& origin, std::string field, std::string message, std::string remedy) {
  return Finding{.rule = "invalid-value",
                 .severity = Severity::error,
                 .message = std::move(message),
                 .skill = {},
                 .instance = {},
                 .source = origin.source,
                 .span = origin.span,
                 .field = std::move(field),
                 .evidence = {},
                 .remediation = std::move(remedy)};
}

std::string describe(const PolicyOrigin& origin) {
  if (!origin.source) return fmt::format("the built-in policy {}", origin.policy);
  return fmt::format("{} ({}:{})", printable(origin.policy), printable(origin.source->name), origin.span.begin.line);
}

}  // namespace skillrun::inline v0
