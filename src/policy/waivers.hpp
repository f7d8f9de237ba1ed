#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// Which comments of a manifest count. Its author need not be trusted by the one who runs it.
enum class InlineWaivers : std::uint8_t {
  if_not_forbidden,  ///< for lint: unless the policy says `inline_waivers: false`
  if_asked_for,      ///< for running: only when the policy says `inline_waivers: true`
};

/// Marks what a waiver covers, and reports what is wrong with waivers for this skill. `findings` begins with those of
/// the spec's problems.
void apply_waivers(const Policy& policy, const ContainerSpec& spec, const HostView& host, InlineWaivers mode,
                   Findings& findings);

}  // namespace skillrun::inline v0
