#pragma once

#include <optional>

#include <skillrun/run.hpp>

namespace skillrun::inline v0 {

/// While one lives, signals given to the control are for the skill and wait here; before and after, they cancel.
class SkillSignals {
 public:
  explicit SkillSignals(RunControl& control) noexcept;
  SkillSignals(const SkillSignals&) = delete;
  SkillSignals& operator=(const SkillSignals&) = delete;
  ~SkillSignals();

  /// The next signal that came, if any.
  [[nodiscard]] std::optional<int> next() noexcept;

 private:
  RunControl& control_;
};

}  // namespace skillrun::inline v0
