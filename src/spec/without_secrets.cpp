#include "spec/without_secrets.hpp"

#include "spec/secret_values.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

void replace_all(std::string& text, std::string_view part, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += by.size()) {
    text.replace(at, part.size(), by);
  }
}

}  // namespace

std::string without_secrets(const ContainerSpec& spec, std::string words) {
  constexpr std::size_t shortest = 4;  // less is found by chance
  for (const ExpandedText& expanded : spec.expanded) {
    for (const Expansion& variable : expanded.origin.expansions) {
      const std::string value = expanded.text.substr(variable.begin, variable.end - variable.begin);
      if (!variable.hands_over() || value.size() < shortest) continue;
      const bool by_name = is_secret_name(variable.variable) && !is_plain_value(value);
      if (!by_name && !has_secret_shape(value)) continue;
      const std::string name = "${" + variable.variable + "}";
      replace_all(words, value, name);
      replace_all(words, printable(value), name);
      const std::string quoted = json::serialize(json::value(valid_utf8(value)));
      replace_all(words, std::string_view(quoted).substr(1, quoted.size() - 2), name);
    }
  }
  return words;
}

}  // namespace skillrun::inline v0
