#include "spec/mount_checks.hpp"

#include <algorithm>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

bool is_volume_name(std::string_view text) noexcept { return text.size() > 1 && is_engine_name(text); }

bool is_driver_name(std::string_view text) noexcept {
  return !text.empty() && is_alnum(text.front()) && std::ranges::all_of(text, [](char byte) {
    return is_alnum(byte) || std::string_view("_.-/:").find(byte) != std::string_view::npos;
  });
}

std::optional<Propagation> find_propagation(std::string_view word) noexcept {
  using enum Propagation;
  for (const Propagation known : {private_, rprivate, shared, rshared, slave, rslave}) {
    if (to_string(known) == word) return known;
  }
  return std::nullopt;
}

}  // namespace skillrun::inline v0
