#include "spec/scan.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <system_error>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t longest_quotation = 120;

}  // namespace

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& byte : result) {
    if (is_upper(byte)) byte = static_cast<char>(byte - 'A' + 'a');
  }
  return result;
}

std::string to_upper(std::string_view text) {
  std::string result(text);
  for (char& byte : result) {
    if (is_lower(byte)) byte = static_cast<char>(byte - 'a' + 'A');
  }
  return result;
}

std::string quoted(std::string_view text) {
  if (text.size() <= longest_quotation) return fmt::format("'{}'", printable(text));
  return fmt::format("'{}...' ({} bytes)", printable(text.substr(0, longest_quotation)), text.size());
}

std::optional<ParseError> find_unusable_text(std::string_view text, std::string_view what) {
  if (text.empty()) return ParseError{fmt::format("expected {}, found nothing", what)};
  if (find_control_character(text) || find_invalid_utf8(text)) {
    return ParseError{fmt::format("expected {}, found a control character or invalid UTF-8 in {}", what, quoted(text))};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

bool is_engine_name(std::string_view text) noexcept {
  return !text.empty() && is_alnum(text.front()) && std::ranges::all_of(text, [](char byte) {
    return is_alnum(byte) || byte == '_' || byte == '.' || byte == '-';
  });
}

bool is_environment_name(std::string_view name) noexcept {
  if (name.empty() || is_digit(name.front()) || name.front() == '.' || name.front() == '-') return false;
  return std::ranges::all_of(name,
                             [](char byte) { return is_alnum(byte) || byte == '_' || byte == '.' || byte == '-'; });
}

bool is_ipv4_address(const std::string& text) noexcept {
  in_addr address{};
  return text.find('\0') == std::string::npos && inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6_address(const std::string& text) noexcept {
  in6_addr address{};
  return text.find('\0') == std::string::npos && inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

}  // namespace skillrun::inline v0
