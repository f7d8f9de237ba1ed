#include "report/html/secret_lines.hpp"

#include <algorithm>

#include "spec/secret_values.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view word_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr std::string_view blanks_and_quotes = " \t\"'";

/// The word that ends before `at`, blanks and quotes between them left out.
std::string_view word_before(std::string_view line, std::size_t at) noexcept {
  const std::size_t last = at == 0 ? std::string_view::npos : line.find_last_not_of(blanks_and_quotes, at - 1);
  if (last == std::string_view::npos) return {};
  const std::size_t before = line.find_last_not_of(word_letters, last);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  return line.substr(first, last + 1 - first);
}

std::string_view value_behind(std::string_view line, std::size_t at) noexcept {
  const std::size_t first = line.find_first_not_of(blanks_and_quotes, at + 1);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_first_of(" \t\"',]}", first) - first);
}

/// NAME=value, name = "value", name: value, where the name is that of a secret and the value says no more than where it
/// comes from.
bool assigns_secret(std::string_view line) noexcept {
  for (std::size_t at = line.find_first_of("=:"); at != std::string_view::npos; at = line.find_first_of("=:", at + 1)) {
    if (!is_secret_name(word_before(line, at))) continue;
    const std::string_view value = value_behind(line, at);
    const bool refers = value.starts_with("${") && value.find_first_not_of(word_letters, 2) == std::string_view::npos;
    if (!refers && !is_plain_value(value)) return true;
  }
  return false;
}

}  // namespace

std::vector<bool> secret_lines(const SourceLines& lines, const std::vector<Span>& spans) {
  std::vector<bool> hidden(lines.count() + 1, false);
  bool in_key = false;
  for (std::size_t number = 1; number <= lines.count(); ++number) {
    const std::string_view line = lines.line(number);
    in_key = in_key || line.contains("-----BEGIN ");
    hidden[number] = in_key || has_secret_shape(line) || assigns_secret(line);
    if (line.contains("-----END ")) in_key = false;
  }
  for (const Span& span : spans) {
    const std::size_t last = std::min<std::size_t>(std::max(span.begin.line, span.end.line), lines.count());
    for (std::size_t number = span.begin.line; number <= last; ++number) hidden[number] = true;
  }
  return hidden;
}

}  // namespace skillrun::inline v0
