#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/grant_pattern.hpp"

namespace skillrun {

/// What a policy document lets one skill have, or all whose names fit.
struct PolicyGrant {
  std::string skill;                    ///< a pattern of names
  std::optional<std::string> instance;  ///< likewise; unset: every instance
  std::optional<std::string> manifest;  ///< only skills of manifests at or below this path; unset: of any
  std::vector<GrantPattern> patterns;
  PolicyOrigin origin;
  /// Rules that a policy below this one had locked: they are not for this one to open.
  std::vector<std::string_view> barred = {};

  [[nodiscard]] bool is_barred(std::string_view rule) const noexcept;
};

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

}  // namespace skillrun
