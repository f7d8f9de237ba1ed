#include "run/signal_number.hpp"

#include <charconv>
#include <csignal>
#include <cstring>

namespace skillrun::inline v0 {

std::optional<int> signal_number(std::string_view name) noexcept {
  int number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  if (read.ec == std::errc() && read.ptr == name.data() + name.size()) {
    return number >= 1 && number <= 64 ? std::optional(number) : std::nullopt;
  }
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (int candidate = 1; candidate < SIGRTMIN; ++candidate) {
    const char* known = sigabbrev_np(candidate);
    if (known != nullptr && name == known) return candidate;
  }
  return std::nullopt;
}

}  // namespace skillrun::inline v0
