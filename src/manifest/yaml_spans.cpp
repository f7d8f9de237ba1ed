#include "manifest/yaml_spans.hpp"

#include <algorithm>

namespace skillrun::inline v0 {

namespace {

bool is_space(char byte) noexcept { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

std::size_t skip_space_and_comments(std::string_view text, std::size_t at) noexcept {
  while (at < text.size()) {
    if (text[at] == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (is_space(text[at])) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

/// Folding changes white space only, so that matching everything else finds the end.
std::size_t match_folded(std::string_view text, std::size_t begin, std::string_view value) noexcept {
  std::size_t end = begin;
  std::size_t at = begin;
  for (const char byte : value) {
    if (is_space(byte)) continue;
    while (at < text.size() && is_space(text[at])) ++at;
    if (at == text.size() || text[at] != byte) break;
    end = ++at;
  }
  return end;
}

}  // namespace

std::size_t skip_yaml_properties(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    while (at < text.size() && !is_space(text[at])) ++at;
    at = skip_space_and_comments(text, at);
  }
  return std::min(at, text.size());
}

bool is_plain_yaml_scalar(std::string_view text, std::size_t begin) noexcept {
  return begin >= text.size() || std::string_view("\"'|>").find(text[begin]) == std::string_view::npos;
}

std::size_t yaml_scalar_end(std::string_view text, std::size_t begin, std::string_view value) noexcept {
  if (begin >= text.size()) return text.size();
  switch (text[begin]) {
    case '"':
      for (std::size_t i = begin + 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
          ++i;
        } else if (text[i] == '"') {
          return i + 1;
        }
      }
      return text.size();
    case '\'':
      for (std::size_t i = begin + 1; i < text.size(); ++i) {
        if (text[i] != '\'') continue;
        if (i + 1 == text.size() || text[i + 1] != '\'') return i + 1;
        ++i;
      }
      return text.size();
    case '|':
    case '>': {
      const std::size_t header = std::min(text.find_first_of("\r\n", begin), text.size());
      return match_folded(text, header, value);
    }
    default: return match_folded(text, begin, value);
  }
}

std::size_t yaml_flow_end(std::string_view text, std::size_t from, char closing) noexcept {
  for (std::size_t at = from; at < text.size();) {
    if (text[at] == closing) return at + 1;
    at = std::max(at + 1, skip_space_and_comments(text, at));
  }
  return text.size();
}

}  // namespace skillrun::inline v0
