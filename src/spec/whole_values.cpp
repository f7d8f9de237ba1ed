#include "spec/whole_values.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

/// Each stands in by its number, which as a byte no text may hold.
constexpr std::string_view separators = ":,\"=";

}  // namespace

std::string with_values_whole(std::string_view text, std::span<const Expansion> expansions) {
  std::string whole(text);
  for (const Expansion& variable : expansions) {
    if (!variable.has_value) continue;  // what stands there is the manifest's
    for (std::size_t at = variable.begin; at < std::min(variable.end, whole.size()); ++at) {
      const std::size_t number = separators.find(whole[at]);
      if (number != std::string_view::npos) whole[at] = static_cast<char>(number + 1);
    }
  }
  return whole;
}

std::string more_than_a_target(std::string_view target) {
  return fmt::format(
      "a variable stands for one part of a mount, and {} would be a target: write the other parts beside it",
      quoted(target));
}

std::string as_it_was(std::string_view part) {
  std::string text(part);
  for (char& byte : text) {
    const auto number = static_cast<unsigned char>(byte);
    if (number >= 1 && number <= separators.size()) byte = separators[number - 1];
  }
  return text;
}

}  // namespace skillrun::inline v0
