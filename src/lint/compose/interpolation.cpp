#include "lint/compose/interpolation.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// What is nested deeper is left to the expander, which refuses it.
constexpr std::size_t max_depth = 32;

bool is_in_name(char c) { return c == '_' || is_alnum(c); }

/// The name of a variable that the text begins with; empty when it does not.
std::string_view name_at(std::string_view text) {
  if (text.empty() || is_digit(text.front())) return {};
  return text.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_in_name) - text.begin()));
}

/// How long the text is up to the brace that closes what was opened before it; npos when none does.
std::size_t length_within(std::string_view text) {
  std::size_t open = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("$$")) {
      ++i;
    } else if (text.substr(i).starts_with("${")) {
      ++open;
    } else if (text[i] == '}' && --open == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

class Interpolation {
 public:
  explicit Interpolation(const VariableSource& variables) : variables_(variables) {}

  std::string convert(std::string_view text, std::size_t depth) {
    std::string result;
    while (!text.empty()) {
      const std::size_t next = std::min(text.find('$'), text.size());
      result += text.substr(0, next);
      text.remove_prefix(next);
      if (text.size() < 2) break;
      if (text[1] == '{' && depth < max_depth && convert_word(text, depth, result)) continue;
      const std::string_view name = name_at(text.substr(1));
      result += name.empty() ? std::string(text.substr(0, 2)) : fmt::format("${{{}}}", name);
      text.remove_prefix(name.empty() ? 2 : name.size() + 1);
    }
    return result += text;
  }

 private:
  /// Takes ${NAME+WORD} or ${NAME:+WORD} off the text; false when it begins with neither.
  bool convert_word(std::string_view& text, std::size_t depth, std::string& result) {
    const std::string_view name = name_at(text.substr(2));
    std::string_view rest = text.substr(2 + name.size());
    const bool wants_more = rest.starts_with(":+");
    if (name.empty() || (!wants_more && !rest.starts_with('+'))) return false;
    rest.remove_prefix(wants_more ? 2 : 1);
    const std::size_t length = length_within(rest);
    if (length == std::string_view::npos) {
      result += text;
      text = {};
      return true;
    }
    const auto value = variables_.lookup(name);
    if (!value || !value->empty() || !wants_more) result += convert(rest.substr(0, length), depth + 1);
    if (!value) result += fmt::format("${{{}}}", name);
    text = rest.substr(length + 1);
    return true;
  }

  const VariableSource& variables_;
};

}  // namespace

std::string as_manifest_text(std::string_view text, const VariableSource& variables) {
  return text.contains('$') ? Interpolation(variables).convert(text, 0) : std::string(text);
}

std::string with_unknown_variables(const WrittenText& text) {
  std::string shown = text.value;
  for (const Expansion& variable : text.expansions | std::views::reverse) {
    if (variable.has_value || variable.begin != variable.end || variable.end > shown.size()) continue;
    shown.insert(variable.begin, fmt::format("${{{}}}", variable.variable));
  }
  return shown;
}

}  // namespace skillrun::inline v0
