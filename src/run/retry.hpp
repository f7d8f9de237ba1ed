#pragma once

#include <chrono>

#include <skillrun/engine.hpp>

namespace skillrun {

/// The pauses before the second and the third attempt.
inline constexpr std::chrono::milliseconds retry_pauses[] = {std::chrono::milliseconds{500},
                                                             std::chrono::milliseconds{2'000}};

/// True when a registry or the way to it failed in a manner that often passes by itself: a broken or slow connection, a
/// server that is overloaded. Engines tell such failures by their words alone.
[[nodiscard]] bool may_pass(const EngineError& error) noexcept;

/// Waits; false as soon as the work is cancelled (`cancellation` may be null).
[[nodiscard]] bool pause_unless_cancelled(std::chrono::milliseconds time, const Cancellation* cancellation);

}  // namespace skillrun
