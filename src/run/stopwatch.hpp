#pragma once

#include <chrono>

namespace skillrun::inline v0 {

/// Measures one stage: adds its own life to `into`.
class Stopwatch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Stopwatch(std::chrono::nanoseconds& into) : into_(into) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { into_ += Clock::now() - begin_; }

 private:
  std::chrono::nanoseconds& into_;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace skillrun::inline v0
