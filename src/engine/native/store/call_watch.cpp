#include "engine/native/store/call_watch.hpp"

#include <algorithm>

#include "engine/native/store/store_failure.hpp"

namespace skillrun::inline v0 {

namespace {

/// Far enough to be never, near enough to be added to a clock.
constexpr std::chrono::hours longest_call{24 * 365};

}  // namespace

CallWatch::CallWatch(CallLimits limits, std::string what)
    : limits_(limits),
      what_(std::move(what)),
      until_(std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(limits.deadline, longest_call)) {}

EngineResult<void> CallWatch::check() const {
  if (limits_.cancellation != nullptr && limits_.cancellation->cancelled()) {
    return failure(EngineError::Kind::cancelled, "cancelled");
  }
  if (std::chrono::steady_clock::now() < until_) return {};
  return failure(EngineError::Kind::deadline,
                 fmt::format("{} took longer than {} ms", what_, limits_.deadline.count()));
}

CallLimits CallWatch::left() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
  return {std::max(left, std::chrono::milliseconds{0}), limits_.cancellation};
}

}  // namespace skillrun::inline v0
