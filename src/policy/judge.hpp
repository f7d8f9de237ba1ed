#pragma once

#include <span>

#include "policy/memo_host.hpp"
#include "policy/rule.hpp"

namespace skillrun {

/// evaluate() with the rules in a given order. `severities` belong to `rules`, one each.
[[nodiscard]] Findings judge(const Policy& policy, std::span<const Rule> rules, std::span<const Severity> severities,
                             const ContainerSpec& spec, const MemoHost& host);

}  // namespace skillrun
