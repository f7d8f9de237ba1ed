#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/document/grant_pattern.hpp"

namespace skillrun::inline v0 {

/// True when what the pattern describes is, as far as its text tells, what this rule asks for: no other would do.
[[nodiscard]] bool always_asks(std::string_view rule, const GrantPattern& pattern);

/// Who lets this skill have what a rule says it asks for: the caller (ContainerSpec::grants) or the policy. Empty:
/// nobody. What is closed only a policy can open, and of what a policy has locked only it and those below it.
[[nodiscard]] std::string granted_by(const Policy& policy, const ContainerSpec& spec, std::string_view rule,
                                     const Ask& ask, const HostView& host);

/// Who locked the rule, for messages: then its asks are closed to the caller. Empty: nobody.
[[nodiscard]] std::string locked_by(const Policy& policy, std::string_view rule);

/// What grants the ask, as a remedy: the command, or the lines of a policy for what is closed.
[[nodiscard]] std::string way_to_grant(const Policy& policy, const ContainerSpec& spec, std::string_view rule,
                                       const Ask& ask);

/// The ask as an entry of `grants` in a policy, on one line: "{skill: x, mounts: [{path: /srv, mode: ro}]}".
[[nodiscard]] std::string as_policy_grant(std::string_view skill, const std::vector<Ask>& asks);

}  // namespace skillrun::inline v0
