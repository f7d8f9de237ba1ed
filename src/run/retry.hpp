#pragma once

#include <chrono>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// The pauses before the second and the third attempt.
inline constexpr std::chrono::milliseconds retry_pauses[] = {std::chrono::milliseconds{500},
                                                             std::chrono::milliseconds{2'000}};

/// Waits; false as soon as the work is cancelled (`cancellation` may be null).
[[nodiscard]] bool pause_unless_cancelled(std::chrono::milliseconds time, const Cancellation* cancellation);

}  // namespace skillrun::inline v0
