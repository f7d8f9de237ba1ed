#pragma once

#include <span>

#include <skillrun/host_view.hpp>

#include "policy/places/memo_host.hpp"
#include "policy/policy_data.hpp"
#include "policy/rules/support/rule.hpp"
#include "policy/waivers.hpp"

namespace skillrun::inline v0 {

/// evaluate() with the policy's active rules in a given order, and with a choice of which comments of
/// the manifest may waive. Volumes that exist are judged by what they are.
[[nodiscard]] Findings judge(const Policy& policy, std::span<const ActiveRule> order, const ContainerSpec& spec,
                             const MemoHost& host, InlineWaivers mode);

/// The spec that admit() would judge. A host that does not know who calls (while linting) leaves open what depends on
/// the caller.
[[nodiscard]] ContainerSpec as_admitted(const Policy& policy, ContainerSpec spec, const HostView& host);

}  // namespace skillrun::inline v0
