#include "spec/secret_texts.hpp"

#include <ranges>

#include <fmt/format.h>

#include "spec/secret_values.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string_view value_in(const Expansion& variable, std::string_view expanded) {
  if (variable.begin > variable.end || variable.end > expanded.size()) return {};
  return expanded.substr(variable.begin, variable.end - variable.begin);
}

void replace_all(std::string& text, std::string_view part, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += by.size()) {
    text.replace(at, part.size(), by);
  }
}

std::string reference_to(const Expansion& variable) { return fmt::format("${{{}}}", variable.variable); }

bool hands_over_secret(const Expansion& variable, std::string_view expanded) {
  const std::string_view value = value_in(variable, expanded);
  if (!variable.hands_over() || value.empty()) return false;
  return may_be_secret(variable.variable, value) || has_secret_shape(value);
}

}  // namespace

std::string with_names_of_secrets(std::string expanded, std::span<const Expansion> expansions) {
  // From the end, so that the places of those before stay what they are.
  for (const Expansion& variable : expansions | std::views::reverse) {
    if (!hands_over_secret(variable, expanded)) continue;
    expanded.replace(variable.begin, variable.end - variable.begin, reference_to(variable));
  }
  return expanded;
}

std::string without_secrets(const ContainerSpec& spec, std::string words) {
  constexpr std::size_t shortest = 4;
  for (const auto& [origin, text] : spec.expanded) {
    for (const Expansion& variable : origin.expansions) {
      const std::string_view value = value_in(variable, text);
      if (value.size() < shortest || !hands_over_secret(variable, text)) continue;
      replace_all(words, value, reference_to(variable));
      replace_all(words, printable(value), reference_to(variable));
    }
  }
  return words;
}

}  // namespace skillrun::inline v0
