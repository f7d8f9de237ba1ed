#include "spec/mount_checks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "spec/scan.hpp"

namespace skillrun {

bool is_volume_name(std::string_view text) noexcept { return text.size() > 1 && is_engine_name(text); }

bool is_driver_name(std::string_view text) noexcept {
  return !text.empty() && is_alnum(text.front()) && std::ranges::all_of(text, [](char byte) {
    return is_alnum(byte) || std::string_view("_.-/:").find(byte) != std::string_view::npos;
  });
}

std::optional<Propagation> find_propagation(std::string_view word) noexcept {
  using enum Propagation;
  constexpr std::array<std::pair<std::string_view, Propagation>, 6> words = {{
      {"private", private_},
      {"rprivate", rprivate},
      {"shared", shared},
      {"rshared", rshared},
      {"slave", slave},
      {"rslave", rslave},
  }};
  for (const auto& [name, value] : words) {
    if (name == word) return value;
  }
  return std::nullopt;
}

}  // namespace skillrun
