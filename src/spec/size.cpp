#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a number of bytes such as 512m or 1.5g";

/// The factor of a suffix in lower case: docker's letters, alone or with b or ib.
std::optional<double> factor_of(std::string_view suffix) {
  if (suffix.empty() || suffix == "b") return 1.0;
  constexpr std::string_view letters = "kmgtp";
  const std::size_t power = letters.find(suffix.front());
  if (power == std::string_view::npos) return std::nullopt;
  const std::string_view rest = suffix.substr(1);
  if (!rest.empty() && rest != "b" && rest != "ib") return std::nullopt;
  return std::ldexp(1.0, 10 * (static_cast<int>(power) + 1));
}

std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

}  // namespace

// Docker computes in double precision and cuts the fraction off; the same is done here so that both mean the same
// number of bytes. Only the spellings that every version of docker reads alike get that far.
std::expected<std::int64_t, ParseError> parse_bytes(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  std::size_t length = count_digits(text);
  if (length == 0) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  if (length < text.size() && text[length] == '.') {
    const std::size_t fraction = count_digits(text.substr(length + 1));
    if (fraction == 0) {
      return refuse(fmt::format("expected {}, found no digit after the point in {}", expectation, quoted(text)));
    }
    length += 1 + fraction;
  }
  std::string_view suffix = text.substr(length);
  if (suffix.size() > 1 && suffix.front() == ' ') suffix.remove_prefix(1);
  const auto factor = factor_of(to_lower(suffix));
  if (!factor) {
    return refuse(fmt::format("expected {}, found the unit {} in {}; units are b, k, m, g, t and p", expectation,
                              quoted(suffix), quoted(text)));
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + length, number, std::chars_format::fixed);
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (error != std::errc{} || end != text.data() + length || !(number * *factor < limit)) {
    return refuse(fmt::format("expected {}, found {}, which is too large", expectation, quoted(text)));
  }
  return static_cast<std::int64_t>(number * *factor);
}

}  // namespace skillrun::inline v0
