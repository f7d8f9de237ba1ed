#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace skillrun::inline v0 {

/// The lines of a text, found once. A place is found in a time that depends neither on how long the text is nor on how
/// long its line is, so that thousands of findings in one long line cost no more than in many short ones.
class SourceLines {
 public:
  /// Keeps a view of `text`.
  explicit SourceLines(std::string_view text);

  [[nodiscard]] std::size_t count() const noexcept { return starts_.size(); }
  /// The line (counted from 1) without its end; empty beyond the last.
  [[nodiscard]] std::string_view line(std::size_t number) const noexcept;
  /// Where in line() the code point `column` (counted from 1) begins; the line's size beyond its end.
  [[nodiscard]] std::size_t offset(std::size_t number, std::size_t column) const noexcept;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
  /// Every so many code points of the whole text: their offset.
  std::vector<std::size_t> marks_;
  /// For each line the code points before it in the text.
  std::vector<std::size_t> before_;
};

}  // namespace skillrun::inline v0
