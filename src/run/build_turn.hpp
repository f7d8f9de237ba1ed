#pragma once

#include <expected>
#include <functional>
#include <string>

#include <skillrun/engine.hpp>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// One recipe is built by one process of a user at a time, so that skills which are started together build one image
/// and none finds that the name of the image it was to run has moved on. Held until it is destroyed, also by a process
/// that dies.
class BuildTurn {
 public:
  /// Waits until nobody else builds by this digest; `waiting` is called once when it has to. Where no place for a lock
  /// can be had nobody waits: two builds cost time, not safety. Fails when the work is cancelled or its time is over.
  [[nodiscard]] static EngineResult<BuildTurn> take(const std::string& recipe_digest,
                                                    const std::function<void()>& waiting, CallLimits limits);

  /// True when another may have built meanwhile.
  [[nodiscard]] bool waited() const noexcept { return waited_; }

 private:
  UniqueFd lock_;
  bool waited_ = false;
};

}  // namespace skillrun::inline v0
