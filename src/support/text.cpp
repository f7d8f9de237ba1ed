#include "support/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>
#include <utf8proc.h>

namespace skillrun::inline v0 {

namespace {

/// The length of the well-formed UTF-8 sequence at `offset`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t offset) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return offset + i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

bool is_c1(std::string_view text, std::size_t offset) noexcept {
  return static_cast<unsigned char>(text[offset]) == 0xC2 && offset + 1 < text.size() &&
         static_cast<unsigned char>(text[offset + 1]) >= 0x80 && static_cast<unsigned char>(text[offset + 1]) <= 0x9F;
}

/// The code point of a well-formed sequence.
std::int32_t code_point(std::string_view sequence) noexcept {
  utf8proc_int32_t code = -1;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the library takes
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(sequence.data());
  (void)utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(sequence.size()), &code);
  return code;
}

/// What reorders, breaks or hides the text around it, or looks like nothing: controls, format characters, separators,
/// blanks other than the space, what Unicode calls ignorable, the blank of Braille, and what is not a character (yet).
bool is_deceptive(std::int32_t code) noexcept {
  constexpr std::int32_t braille_blank = 0x2800;
  const utf8proc_property_t* property = utf8proc_get_property(code);
  switch (property->category) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return true;
    case UTF8PROC_CATEGORY_ZS: return code != ' ';
    default: return property->ignorable != 0 || code == braille_blank;
  }
}

/// Appends one byte or well-formed sequence (`length` 0: a byte that begins none) as printable() shows it.
void append_printable(std::string& result, std::string_view text, std::size_t offset, std::size_t length) {
  const auto byte = static_cast<unsigned char>(text[offset]);
  if (byte == '\n') {
    result += "\\n";
  } else if (byte == '\t') {
    result += "\\t";
  } else if (byte == '\r') {
    result += "\\r";
  } else if (byte < 0x20 || byte == 0x7F || length == 0) {
    result += fmt::format("\\x{:02x}", byte);
  } else if (const std::string_view sequence = text.substr(offset, length); length == 1) {
    result += sequence;
  } else if (const std::int32_t code = code_point(sequence); !is_deceptive(code)) {
    result += sequence;
  } else if (code <= 0xFFFF) {
    result += fmt::format("\\u{:04x}", code);
  } else {
    result += fmt::format("\\U{:08x}", code);
  }
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text, i);
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

bool is_printable_ascii(std::string_view text) noexcept {
  // Eight bytes at a time; each term sets the top bit of a byte that is out of range.
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = 0x8080808080808080;
  const auto has_other = [](std::uint64_t bytes) {
    const std::uint64_t delete_is_zero = bytes ^ (ones * 0x7F);
    return ((bytes | (bytes - ones * 0x20) | (delete_is_zero - ones)) & tops) != 0;
  };
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (has_other(bytes)) return false;
  }
  return std::ranges::all_of(text.substr(at), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::optional<std::size_t> find_control_character(std::string_view text, std::string_view allowed) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0 || is_c1(text, i)) return i;
    if ((byte < 0x20 || byte == 0x7F) && allowed.find(text[i]) == std::string_view::npos) return i;
  }
  return std::nullopt;
}

Position position_at(std::string_view text, std::size_t offset) noexcept {
  Position position{1, 1};
  for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
    if (text[i] == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
      ++position.column;
    }
  }
  return position;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text, i);
    append_printable(result, text, i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

std::string printable_lines(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text, i);
    if (text[i] == '\n' || text[i] == '\t') {
      result += text[i];
    } else {
      append_printable(result, text, i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

std::string valid_utf8(std::string_view text) { return find_invalid_utf8(text) ? printable(text) : std::string(text); }

std::vector<std::string> closest(std::string_view word, std::span<const std::string_view> candidates,
                                 std::size_t limit) {
  struct Near {
    std::size_t distance;
    std::string_view name;
  };
  const std::size_t most = std::max<std::size_t>(1, word.size() / 3);
  std::vector<Near> near;
  if (word.size() > 64) return {};
  for (const std::string_view name : candidates) {
    if (name.size() > word.size() + most || word.size() > name.size() + most) continue;
    if (const std::size_t distance = edit_distance(word, name); distance <= most) near.push_back({distance, name});
  }
  std::sort(near.begin(), near.end(), [](const Near& a, const Near& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.name < b.name;
  });
  std::vector<std::string> names;
  for (const Near& candidate : near) {
    if (names.size() == limit) break;
    if (names.empty() || names.back() != candidate.name) names.emplace_back(candidate.name);
  }
  return names;
}

std::string without_colors(std::string_view text) {
  constexpr std::string_view begin = "\x1b[";
  std::string plain;
  while (true) {
    const std::size_t at = text.find(begin);
    plain += text.substr(0, at);
    if (at == std::string_view::npos) return plain;
    text.remove_prefix(at);
    const std::size_t end = text.find_first_not_of("0123456789;:", begin.size());
    const bool colors = end != std::string_view::npos && text[end] == 'm';
    if (!colors) plain += begin;
    text.remove_prefix(colors ? end + 1 : begin.size());
  }
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_word_of(std::string_view words, std::string_view word) noexcept {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string shell_quoted(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=,@%+").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

bool contains_any(std::string_view text, std::span<const std::string_view> parts) noexcept {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

}  // namespace skillrun::inline v0
