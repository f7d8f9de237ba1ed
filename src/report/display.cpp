#include "report/display.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t tab_width = 4;
constexpr std::string_view ellipsis = "...";

/// Of a long line only this much is looked at: code points before the mark, and bytes from there.
constexpr std::size_t context_before = 512;
constexpr std::size_t context_bytes = 2048;

/// The length in bytes of the code point at the front; stray bytes count as one each.
std::size_t front_length(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size());
}

char32_t decode(std::string_view sequence) noexcept {
  auto value = static_cast<char32_t>(static_cast<unsigned char>(sequence.front()));
  if (sequence.size() == 1) return value;
  value &= (0x3FU >> (sequence.size() - 1));
  for (const char byte : sequence.substr(1)) value = (value << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
  return value;
}

/// Bidirectional controls and their like reorder what a terminal shows, so that a line reads as something else.
bool reorders(char32_t code_point) noexcept {
  return (code_point >= 0x200E && code_point <= 0x200F) || (code_point >= 0x202A && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

/// A code point of the source as it is shown.
struct Cell {
  std::string text;
  std::size_t width;
};

std::vector<Cell> cells_of(std::string_view line) {
  std::vector<Cell> cells;
  std::size_t column = 0;
  while (!line.empty()) {
    const std::string_view sequence = line.substr(0, front_length(line));
    line.remove_prefix(sequence.size());
    Cell cell;
    if (sequence == "\t") {
      cell.width = tab_width - column % tab_width;
      cell.text.assign(cell.width, ' ');
    } else if (reorders(decode(sequence))) {
      cell.text = "\xEF\xBF\xBD";
      cell.width = 1;
    } else {
      cell.text = printable(sequence);
      cell.width = display_width(cell.text);
    }
    column += cell.width;
    cells.push_back(std::move(cell));
  }
  return cells;
}

/// The part of a line that begins at a place, without its end, at most context_bytes long.
std::string_view part_of(const TextIndex& index, Position begin) noexcept {
  const std::size_t at = index.offset(begin);
  const std::string_view rest = index.text().substr(at);
  std::string_view part = rest.substr(0, context_bytes);
  if (part.size() < rest.size()) {
    std::size_t end = context_bytes;
    while (end > 0 && (static_cast<unsigned char>(rest[end]) & 0xC0U) == 0x80U) --end;
    part = rest.substr(0, end);
  }
  part = part.substr(0, part.find('\n'));
  if (part.ends_with('\r')) part.remove_suffix(1);
  return part;
}

std::size_t width_of(std::span<const Cell> cells) noexcept {
  std::size_t width = 0;
  for (const Cell& cell : cells) width += cell.width;
  return width;
}

}  // namespace

int column_width(char32_t code_point) noexcept {
  // Control characters are shown as something, if they are shown at all.
  const int least = code_point < 0x300 ? 1 : 0;
  return std::max(least, ::utf8proc_charwidth(static_cast<utf8proc_int32_t>(code_point)));
}

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::string_view sequence = text.substr(0, front_length(text));
    width += static_cast<std::size_t>(column_width(decode(sequence)));
    text.remove_prefix(sequence.size());
  }
  return width;
}

std::string beginning_within(const std::string& text, std::size_t columns) {
  if (text.size() <= columns || display_width(text) <= columns) return text;
  constexpr std::size_t longest_character = 4;
  std::size_t end = std::min(text.size() - 1, columns * longest_character);
  const auto inside_a_character = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U; };
  while (end > 0 && (inside_a_character() || display_width(std::string_view(text).substr(0, end)) > columns)) --end;
  return text.substr(0, end);
}

DisplayLine display_line(const TextIndex& index, Span span, std::size_t max_width) {
  const std::size_t column = span.begin.column == 0 ? 0 : span.begin.column - 1;
  const std::size_t skipped = column > context_before ? column - context_before : 0;
  const std::vector<Cell> cells = cells_of(part_of(index, {span.begin.line, static_cast<std::uint32_t>(skipped + 1)}));
  const std::span<const Cell> all(cells);
  const std::size_t first = std::min(column - skipped, cells.size());
  const bool one_line = span.end.line == span.begin.line && span.end.column > span.begin.column;
  const bool further = span.end.line > span.begin.line;
  std::size_t last = further ? cells.size() : one_line ? span.end.column - 1 - skipped : first + 1;
  last = std::clamp(last, first, cells.size());

  // What is shown: the whole line where it fits, otherwise some of what is before the mark, then as much as fits.
  std::size_t from = 0;
  std::size_t to = cells.size();
  if (width_of(all) > max_width) {
    std::size_t before = 0;
    for (from = first; from > 0 && before + cells[from - 1].width <= max_width / 4; --from) {
      before += cells[from - 1].width;
    }
    std::size_t shown = 0;
    for (to = from; to < cells.size() && shown + cells[to].width <= max_width; ++to) shown += cells[to].width;
  }
  DisplayLine result;
  const bool cut = from > 0 || skipped > 0;
  if (cut) result.text = ellipsis;
  for (const Cell& cell : all.subspan(from, to - from)) result.text += cell.text;
  if (to < cells.size()) result.text += ellipsis;
  result.begin = (cut ? ellipsis.size() : 0) + width_of(all.subspan(from, first - from));
  const std::size_t visible_end = std::clamp(last, first, std::max(first, to));
  result.width = std::max<std::size_t>(1, width_of(all.subspan(first, visible_end - first)));
  return result;
}

}  // namespace skillrun::inline v0
