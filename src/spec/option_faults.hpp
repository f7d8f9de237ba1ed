#pragma once

#include <skillrun/finding.hpp>
#include <skillrun/normalize.hpp>

namespace skillrun::inline v0 {

/// What of a caller's options cannot be read, whatever the skill; `field` is the option. Wrong usage, which no policy
/// has to judge.
[[nodiscard]] Findings option_faults(const RunOverrides& overrides);

}  // namespace skillrun::inline v0
