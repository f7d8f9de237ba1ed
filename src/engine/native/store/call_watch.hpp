#pragma once

#include <chrono>
#include <string>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// One call's time, for work that is done here rather than waited for: asked between its pieces. The cancellation must
/// outlive it.
class CallWatch {
 public:
  /// `what` begins the message of a call that takes too long: "unpacking an image".
  CallWatch(CallLimits limits, std::string what);

  /// An error of kind cancelled or deadline once the call is to end.
  [[nodiscard]] EngineResult<void> check() const;
  /// What is left, for a call that is part of this one.
  [[nodiscard]] CallLimits left() const;

 private:
  CallLimits limits_;
  std::string what_;
  std::chrono::steady_clock::time_point until_;
};

}  // namespace skillrun::inline v0
