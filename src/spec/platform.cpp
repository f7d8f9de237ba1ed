#include <algorithm>
#include <array>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::array<std::string_view, 5> lone_systems = {"linux", "windows", "freebsd", "darwin", "macos"};

bool is_component(std::string_view text) { return is_engine_name(text) && text.find('.') == std::string_view::npos; }

struct Name {
  std::string_view written;
  std::string_view meant;
};

constexpr std::array<Name, 6> architectures = {{{"x86_64", "amd64"},
                                                {"x86-64", "amd64"},
                                                {"aarch64", "arm64"},
                                                {"i386", "386"},
                                                {"armhf", "arm"},
                                                {"armel", "arm/v6"}}};

constexpr std::array<Name, 7> variants = {{{"amd64/v1", "amd64"},
                                           {"arm64/8", "arm64/v8"},
                                           {"arm64/9", "arm64/v9"},
                                           {"arm/5", "arm/v5"},
                                           {"arm/6", "arm/v6"},
                                           {"arm/7", "arm/v7"},
                                           {"arm/8", "arm/v8"}}};

template <std::size_t Size>
std::string_view meaning(const std::array<Name, Size>& names, std::string_view written) {
  const auto* const found = std::ranges::find(names, written, &Name::written);
  return found == names.end() ? written : found->meant;
}

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
  const std::string system(parts[0] == "macos" ? std::string_view("darwin") : parts[0]);
  if (parts.size() == 1) return system;
  const std::string_view architecture = meaning(architectures, parts[1]);
  if (parts.size() == 2) return fmt::format("{}/{}", system, architecture);
  if (architecture != parts[1]) {
    return refuse(fmt::format("expected {}, found {}; with a variant the architecture is written {}", expectation,
                              quoted(text), architecture.substr(0, architecture.find('/'))));
  }
  return fmt::format("{}/{}", system, meaning(variants, fmt::format("{}/{}", parts[1], parts[2])));
}

}  // namespace skillrun::inline v0
