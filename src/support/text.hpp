#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/source.hpp>

#include "support/lifetime.hpp"

namespace skillrun::inline v0 {

/// The offset of the first byte that is not valid UTF-8 (RFC 3629: no overlong forms, no surrogates), if any.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// The letter in lower case where it is one of ASCII's capitals, whatever the locale.
[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// True when every byte is a printable ASCII character: most texts are, and that is told quickly.
[[nodiscard]] bool is_printable_ascii(std::string_view text) noexcept;

/// The offset of the first control character (C0 but for those in `allowed`, DEL, C1), if any. NUL is always one.
[[nodiscard]] std::optional<std::size_t> find_control_character(std::string_view text,
                                                                std::string_view allowed = {}) noexcept;

/// Line and column (in code points) of a byte offset.
[[nodiscard]] Position position_at(std::string_view text, std::size_t offset) noexcept;

/// The text with escapes (\n, \x1b, \u202e) for control characters, invalid bytes and every character that hides,
/// reorders or looks like nothing: one line, safe to print on a terminal, and what it shows is what is there.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for a text of several lines: line feeds and tabs stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// The text itself where it is UTF-8, otherwise printable(): for JSON, which can hold nothing else.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// The text without the escape sequences that colour it (ESC [ ... m): what a program wrote for a terminal, as plain
/// text.
[[nodiscard]] std::string without_colors(std::string_view text);

/// At most `limit` of `candidates` that are near `word` by edit distance (a third of its length at most), nearest
/// first, ties by name. For "did you mean".
[[nodiscard]] std::vector<std::string> closest(std::string_view word, std::span<const std::string_view> candidates,
                                               std::size_t limit = 3);

/// The parts between separators, as views of `text`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text SKILLRUN_VIEWED, char separator);
void split(ExpiringString auto&& text, char separator) = delete;

/// True when `word` is one of the words of a list that has a blank between them.
[[nodiscard]] bool is_word_of(std::string_view words, std::string_view word) noexcept;

/// A word for a POSIX shell, quoted only where that is needed.
[[nodiscard]] std::string shell_quoted(std::string_view word);

/// True when one of the parts stands in the text.
[[nodiscard]] bool contains_any(std::string_view text, std::span<const std::string_view> parts) noexcept;

}  // namespace skillrun::inline v0
