#pragma once

#include <string>

#include <skillrun/policy.hpp>

namespace skillrun {

/// Who lets this skill have what it asks for: the caller (ContainerSpec::grants) or the policy. Empty: nobody. What is
/// closed only a policy can open.
[[nodiscard]] std::string granted_by(const Policy& policy, const ContainerSpec& spec, const Ask& ask);

/// The one command that would grant the ask, as a remedy.
[[nodiscard]] std::string way_to_grant(const ContainerSpec& spec, const Ask& ask);

}  // namespace skillrun
