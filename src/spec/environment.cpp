#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

// A value may hold line breaks and tabs; only a NUL, at which engines and programs would cut it, is refused.
std::expected<EnvironmentEntry, ParseError> parse_environment(std::string_view text) {
  constexpr std::string_view expectation = "a variable such as NAME=value, or NAME alone";
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (auto error = find_unusable_text(name, expectation)) return std::unexpected(*error);
  if (equals == std::string_view::npos) return EnvironmentEntry{std::string(name), std::nullopt, true};
  const std::string_view value = text.substr(equals + 1);
  if (value.find('\0') != std::string_view::npos || find_invalid_utf8(value)) {
    return refuse(
        fmt::format("expected {}, found a NUL or invalid UTF-8 in the value of {}", expectation, quoted(name)));
  }
  return EnvironmentEntry{std::string(name), std::string(value), false};
}

}  // namespace skillrun::inline v0
