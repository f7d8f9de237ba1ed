#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

/// Translates between byte offsets and positions of one text, in logarithmic time however long its lines are.
/// Agrees with position_at. The text must be valid UTF-8 and outlive the index.
class TextIndex {
 public:
  explicit TextIndex(std::string_view text);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] Position position(std::size_t offset) const noexcept;
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const noexcept {
    return {position(begin), position(end)};
  }
  /// The offset of a position; positions beyond the text give its size.
  [[nodiscard]] std::size_t offset(Position position) const noexcept;
  /// The text that a span covers.
  [[nodiscard]] std::string_view slice(Span span) const noexcept;

 private:
  static constexpr std::size_t block_size = 256;

  /// Code points that begin before `offset`.
  [[nodiscard]] std::size_t code_points_before(std::size_t offset) const noexcept;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::size_t> blocks_;  ///< code points before each block
};

}  // namespace skillrun::inline v0
