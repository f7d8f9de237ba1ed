#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

bool is_hex(char byte) { return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F'); }

}  // namespace

std::expected<std::string, ParseError> parse_mac_address(std::string_view text) {
  constexpr std::string_view expectation = "a MAC address such as 02:42:ac:11:00:02";
  constexpr std::size_t length = 17;
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  bool valid = text.size() == length && (text[2] == ':' || text[2] == '-');
  for (std::size_t i = 0; valid && i < length; ++i) valid = i % 3 == 2 ? text[i] == text[2] : is_hex(text[i]);
  if (!valid) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  std::string address = to_lower(text);
  for (std::size_t i = 2; i < length; i += 3) address[i] = ':';
  return address;
}

}  // namespace skillrun::inline v0
