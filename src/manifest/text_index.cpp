#include "manifest/text_index.hpp"

#include <algorithm>

namespace skillrun::inline v0 {

namespace {

bool starts_code_point(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

}  // namespace

TextIndex::TextIndex(std::string_view text) : text_(text), line_starts_{0} {
  blocks_.reserve(text.size() / block_size + 1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % block_size == 0) blocks_.push_back(count);
    if (starts_code_point(text[i])) ++count;
    if (text[i] == '\n') line_starts_.push_back(i + 1);
  }
  blocks_.push_back(count);
}

std::size_t TextIndex::code_points_before(std::size_t offset) const noexcept {
  const std::size_t block = offset / block_size;
  std::size_t count = blocks_[std::min(block, blocks_.size() - 1)];
  for (std::size_t i = block * block_size; i < offset; ++i) {
    if (starts_code_point(text_[i])) ++count;
  }
  return count;
}

Position TextIndex::position(std::size_t offset) const noexcept {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *(next - 1);
  const std::size_t column = code_points_before(offset) - code_points_before(start) + 1;
  return {static_cast<std::uint32_t>(next - line_starts_.begin()), static_cast<std::uint32_t>(column)};
}

std::size_t TextIndex::offset(Position position) const noexcept {
  if (position.line == 0 || position.line > line_starts_.size()) return text_.size();
  const std::size_t start = line_starts_[position.line - 1];
  const std::size_t wanted = code_points_before(start) + std::max<std::uint32_t>(position.column, 1) - 1;
  const auto block = std::upper_bound(blocks_.begin(), blocks_.end(), wanted) - blocks_.begin() - 1;
  std::size_t offset = static_cast<std::size_t>(block) * block_size;
  std::size_t count = blocks_[static_cast<std::size_t>(block)];
  if (offset < start) {
    offset = start;
    count = code_points_before(start);
  }
  for (; offset < text_.size(); ++offset) {
    if (starts_code_point(text_[offset]) && count++ == wanted) return offset;
  }
  return text_.size();
}

std::string_view TextIndex::slice(Span span) const noexcept {
  const std::size_t begin = offset(span.begin);
  const std::size_t end = offset(span.end);
  return begin < end ? text_.substr(begin, end - begin) : std::string_view{};
}

}  // namespace skillrun::inline v0
