#include <algorithm>
#include <array>
#include <limits>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a duration such as 90s, 1h30m or 250ms";
constexpr std::uint64_t longest = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

constexpr std::array<Unit, 8> units = {{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},  // micro sign
    {"\u03bcs", 1'000},  // Greek mu
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits(text.begin(), end);
  text.remove_prefix(digits.size());
  return digits;
}

/// The nanoseconds in `fraction` (the digits after the point) of one unit; nothing when that is not a whole number.
std::optional<std::uint64_t> part_of(std::uint64_t unit, std::string_view fraction) {
  std::uint64_t sum = 0;
  for (const char digit : fraction) {
    if (digit != '0' && unit % 10 != 0) return std::nullopt;
    unit /= 10;
    sum += unit * static_cast<std::uint64_t>(digit - '0');
  }
  return sum;
}

}  // namespace

std::expected<std::chrono::nanoseconds, ParseError> parse_duration(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const auto wrong = [text](std::string_view why) {
    return refuse(fmt::format("expected {}, found {}: {}", expectation, quoted(text), why));
  };
  std::uint64_t total = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view whole = take_digits(rest);
    if (whole.empty()) return wrong("each part begins with a digit");
    std::string_view fraction;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      fraction = take_digits(rest);
      if (fraction.empty()) return wrong("a digit has to follow the point");
    }
    const auto end = std::ranges::find_if(rest, [](char byte) { return is_digit(byte) || byte == '.'; });
    const std::string_view name(rest.begin(), end);
    if (name.empty()) return wrong("a unit is missing; units are ns, us, ms, s, m and h");
    const auto* const unit = std::ranges::find(units, name, &Unit::name);
    if (unit == units.end())
      return wrong(fmt::format("{} is not a unit; units are ns, us, ms, s, m and h", quoted(name)));
    rest.remove_prefix(name.size());

    const std::size_t zeros = std::min(whole.find_first_not_of('0'), whole.size() - 1);
    const auto count = parse_decimal(whole.substr(zeros), longest / unit->nanoseconds);
    if (!count) return wrong("it is too long");
    const auto part = part_of(unit->nanoseconds, fraction);
    if (!part) return wrong("it is finer than a nanosecond");
    for (const std::uint64_t amount : {*count * unit->nanoseconds, *part}) {
      if (amount > longest - total) return wrong("it is too long");
      total += amount;
    }
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

}  // namespace skillrun::inline v0
