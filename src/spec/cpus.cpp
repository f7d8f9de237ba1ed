#include <algorithm>
#include <limits>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a number of CPUs such as 2 or 0.5";
constexpr std::size_t most_decimals = 9;
constexpr std::int64_t billion = 1'000'000'000;

}  // namespace

std::expected<std::int64_t, ParseError> parse_nano_cpus(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const std::size_t point = text.find('.');
  const std::string_view whole_digits = text.substr(0, point);
  std::string fraction_digits;
  if (point != std::string_view::npos) {
    fraction_digits = text.substr(point + 1);
    if (fraction_digits.empty() || fraction_digits.size() > most_decimals ||
        !std::ranges::all_of(fraction_digits, is_digit)) {
      return refuse(fmt::format("expected {} with at most nine decimals, found {}", expectation, quoted(text)));
    }
  }
  fraction_digits.resize(most_decimals, '0');
  const auto whole =
      parse_decimal(whole_digits, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / billion - 1));
  if (!whole) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  std::int64_t fraction = 0;
  for (const char digit : fraction_digits) fraction = fraction * 10 + (digit - '0');
  return static_cast<std::int64_t>(*whole) * billion + fraction;
}

}  // namespace skillrun::inline v0
