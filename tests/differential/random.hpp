#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace differential {

/// Numbers that are the same on every machine for a seed: the engine is specified by the standard, the distributions of
/// the standard library are not, so these are our own.
class Random {
 public:
  /// The sequence of case `index` under `seed`, independent of all other cases.
  Random(std::uint64_t seed, std::uint64_t index) : engine_(mix(seed ^ mix(index + 1))) {}

  /// A number in [0, end); `end` is not 0.
  std::uint64_t below(std::uint64_t end) { return engine_() % end; }
  std::int64_t between(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(last - first) + 1));
  }
  bool chance(unsigned percent) { return below(100) < percent; }

  std::string pick(std::initializer_list<std::string_view> choices) {
    return std::string(choices.begin()[below(choices.size())]);
  }
  template <class T>
  const T& pick_from(std::span<const T> choices) {
    return choices[below(choices.size())];
  }

 private:
  static std::uint64_t mix(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
  }

  std::mt19937_64 engine_;
};

}  // namespace differential
