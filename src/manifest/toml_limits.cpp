#include <algorithm>

#include <fmt/format.h>

#include "manifest/readers.hpp"

namespace skillrun::inline v0 {

namespace {

/// The offset just after the string that begins at `at` (or the end of the line or text when it is not closed).
std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
  const char quote = text[at];
  // More than five in a row are more than one string: counting them all would count them again for each.
  const auto quotes_at = [&](std::size_t i) {
    std::size_t count = 0;
    while (count < 5 && i + count < text.size() && text[i + count] == quote) ++count;
    return count;
  };
  const bool multi_line = quotes_at(at) >= 3;
  for (std::size_t i = at + (multi_line ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == '\n' && !multi_line) {
      return i;
    } else if (text[i] == quote) {
      if (!multi_line) return i + 1;
      // Up to two quotes may stand before the closing three.
      if (const std::size_t count = quotes_at(i); count >= 3) return i + count;
    }
  }
  return text.size();
}

}  // namespace

std::optional<std::size_t> find_deep_toml(std::string_view text) noexcept {
  std::size_t depth = 0;
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    switch (text[i]) {
      case '"':
      case '\'': i = skip_string(text, i); continue;
      case '#': i = std::min(text.find('\n', i), text.size()); continue;
      case '.':
        if (++dots >= max_nesting) return i;
        break;
      case '[':
      case '{':
        dots = 0;
        if (++depth > max_nesting) return i;
        break;
      case ']':
      case '}':
        dots = 0;
        if (depth > 0) --depth;
        break;
      case '=':
      case ',':
      case '\n': dots = 0; break;
      default: break;
    }
    ++i;
  }
  return std::nullopt;
}

Fault too_deep() {
  return {.rule = syntax_error,
          .message = fmt::format("tables and lists are nested deeper than {} levels", max_nesting),
          .evidence = {},
          .remediation = "flatten the structure"};
}

}  // namespace skillrun::inline v0
