#pragma once

#include <charconv>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

// The locale-independent building blocks of the value parsers.

[[nodiscard]] constexpr bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }
[[nodiscard]] constexpr bool is_lower(char byte) noexcept { return byte >= 'a' && byte <= 'z'; }
[[nodiscard]] constexpr bool is_upper(char byte) noexcept { return byte >= 'A' && byte <= 'Z'; }
[[nodiscard]] constexpr bool is_alnum(char byte) noexcept { return is_digit(byte) || is_lower(byte) || is_upper(byte); }

/// Only the 26 ASCII letters change: a Kelvin sign never becomes a k.
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

/// The text in quotes, safe to print and cut to a readable length.
[[nodiscard]] std::string quoted(std::string_view text);

[[nodiscard]] inline std::unexpected<ParseError> refuse(std::string message) {
  return std::unexpected(ParseError{std::move(message)});
}

/// A refusal when the text is empty or holds a control character; what the parsers of one-line values begin with.
[[nodiscard]] std::optional<ParseError> find_unusable_text(std::string_view text, std::string_view what);

/// A plain decimal number in [0, max]: no sign, no leading zero, no blanks.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max = INT64_MAX);

/// [a-zA-Z0-9][a-zA-Z0-9_.-]*, what engines take as the name of a container, network or volume.
[[nodiscard]] bool is_engine_name(std::string_view text) noexcept;

/// Variables that a manifest or a caller may set: a letter or '_', then letters, digits, '_', '.' and '-'.
[[nodiscard]] bool is_environment_name(std::string_view name) noexcept;

/// A numeric IPv4 or IPv6 address without brackets or a zone.
[[nodiscard]] bool is_ipv4_address(const std::string& text) noexcept;
[[nodiscard]] bool is_ipv6_address(const std::string& text) noexcept;

}  // namespace skillrun::inline v0
