#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <skillrun/source.hpp>

#include "manifest/text_index.hpp"

namespace skillrun::inline v0 {

/// One line of a source as a terminal shows it, with the columns of a marked part.
struct DisplayLine {
  std::string text;       ///< tabs expanded, nothing in it that a terminal obeys, cut to what fits
  std::size_t begin = 0;  ///< columns before the marked part
  std::size_t width = 1;  ///< columns of the marked part, at least 1
};

/// The columns that a terminal gives to a code point: 0 for combining marks, 2 for wide East Asian ones and emoji.
[[nodiscard]] int column_width(char32_t code_point) noexcept;

/// The columns of a text without control characters.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

/// The beginning of such a text that fits into so many columns.
[[nodiscard]] std::string beginning_within(const std::string& text, std::size_t columns);

/// Prepares the line at which `span` begins. A span over several lines is marked to the end of the first. Long lines
/// are cut around the mark, the cuts shown as "...".
[[nodiscard]] DisplayLine display_line(const TextIndex& index, Span span, std::size_t max_width = 110);

}  // namespace skillrun::inline v0
