#pragma once

#include <expected>
#include <string>

#include <skillrun/engine.hpp>

#include "run/noted_writes.hpp"
#include "run/placeholders.hpp"

namespace skillrun::inline v0 {

/// What keeps a run from deciding the next one: the record of what it can write, and the stand-ins for what it must not
/// make. Both end with this object, unless the skill may still run then: they stay for gc, which asks the engine.
class NextRunGuard {
 public:
  /// Why nothing may run: a message, and where there is a place for it in the manifest, findings instead.
  struct Refused {
    std::string message;
    Findings findings;
  };

  NextRunGuard() = default;
  NextRunGuard(const NextRunGuard&) = delete;
  NextRunGuard& operator=(const NextRunGuard&) = delete;
  ~NextRunGuard();

  /// `run` is what the container carries as a label.
  [[nodiscard]] std::expected<void, Refused> begin(const ApprovedSpec& approved, const EngineInfo& engine,
                                                   std::string run, const Cancellation* cancellation);

  /// To be called before the engine is asked to start the container.
  void skill_may_run() noexcept { may_run_ = true; }
  /// To be called when the engine said that the container is gone, or that it has ended.
  void skill_has_ended() noexcept { may_run_ = false; }
  [[nodiscard]] std::optional<WallTime> begun() const noexcept { return noted_.begun(); }

 private:
  NotedWrites noted_;
  Placeholders placeholders_;
  bool may_run_ = false;
};

}  // namespace skillrun::inline v0
