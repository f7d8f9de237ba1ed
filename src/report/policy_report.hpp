#pragma once

#include <string>

#include <skillrun/policy.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// The policy as one document that extends nothing: YAML that can be used as a policy again. A comment beside each
/// setting names the document that made it.
[[nodiscard]] std::string format_policy(const Policy& policy);

/// The same as JSON; each setting is an object of its value and its origin.
[[nodiscard]] json::object policy_report(const Policy& policy);

}  // namespace skillrun::inline v0
