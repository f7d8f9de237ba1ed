#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::array<std::string_view, 4> lone_systems = {"linux", "windows", "freebsd", "darwin"};

bool is_component(std::string_view text) { return is_engine_name(text) && text.find('.') == std::string_view::npos; }

}  // namespace

std::expected<std::string, ParseError> parse_platform(std::string_view text) {
  constexpr std::string_view expectation = "a platform such as linux/amd64 or linux/arm/v7";
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  std::string platform = to_lower(text);
  const auto parts = split(platform, '/');
  if (parts.size() > 3 || !std::ranges::all_of(parts, is_component)) {
    return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  }
  // A single word can be a system or an architecture; engines guess.
  if (parts.size() == 1 && std::ranges::find(lone_systems, platform) == lone_systems.end()) {
    return refuse(
        fmt::format("expected {}, found {}; write the system before the architecture", expectation, quoted(text)));
  }
  return platform;
}

}  // namespace skillrun
