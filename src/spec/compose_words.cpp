#include "spec/compose_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr auto phrases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"whoever calls the skill", "whoever starts the service"},
    {"the skill", "the service"},
    {"a skill", "a service"},
    {"the manifest's folder", "the file's folder"},
    {"beside the manifest", "beside the file"},
});

bool is_in_word(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '/'; }

void replace_phrase(std::string& text, std::string_view phrase, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(phrase, at)) != std::string::npos; at += by.size()) {
    const std::size_t end = at + phrase.size();
    const bool whole = (at == 0 || !is_in_word(text[at - 1])) && (end == text.size() || !is_in_word(text[end]));
    if (whole) text.replace(at, phrase.size(), by);
  }
}

/// Compose's key for a key of the manifest; empty for what is none.
std::string_view compose_key(std::string_view key) {
  const auto rows = schema();
  const auto row = std::ranges::find(rows, key, [](const SettingRow& known) { return known.key.key; });
  if (key.empty() || row == rows.end()) return {};
  return row->service.name.empty() ? row->member.name : row->service.name;
}

/// The keys of the text: those with a value behind them, and those with an underscore.
std::string with_compose_keys(std::string_view text) {
  constexpr std::string_view assignment = " = ";
  std::string result;
  while (!text.empty()) {
    const auto length = static_cast<std::size_t>(std::ranges::find_if_not(text, is_in_word) - text.begin());
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(length);
    const bool has_value = text.starts_with(assignment);
    const std::string_view key = has_value || word.contains('_') ? compose_key(word) : std::string_view();
    result += key.empty() ? word : key;
    if (has_value && !key.empty()) {
      result += ": ";
      text.remove_prefix(assignment.size());
    } else if (!text.empty()) {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

/// ", or grant it" up to the end of what is offered.
void remove_grant(std::string& text) {
  const std::size_t begin = text.find(", or grant ");
  if (begin == std::string::npos) return;
  text.erase(begin, std::min(text.find(';', begin), text.size()) - begin);
}

}  // namespace

std::string in_compose_words(std::string_view text) {
  std::string said = with_compose_keys(text);
  remove_grant(said);
  for (const auto& [phrase, by] : phrases) replace_phrase(said, phrase, by);
  return said;
}

}  // namespace skillrun::inline v0
