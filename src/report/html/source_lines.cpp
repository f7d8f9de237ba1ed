#include "report/html/source_lines.hpp"

#include <algorithm>

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t step = 256;

bool begins_code_point(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

}  // namespace

SourceLines::SourceLines(std::string_view text) : text_(text), starts_{0}, before_{0} {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!begins_code_point(text[i])) continue;
    if (count++ % step == 0) marks_.push_back(i);
    if (text[i] == '\n' && i + 1 < text.size()) {
      starts_.push_back(i + 1);
      before_.push_back(count);
    }
  }
}

std::string_view SourceLines::line(std::size_t number) const noexcept {
  if (number == 0 || number > starts_.size()) return {};
  std::string_view line = text_.substr(starts_[number - 1]);
  if (number < starts_.size()) line = line.substr(0, starts_[number] - starts_[number - 1]);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t SourceLines::offset(std::size_t number, std::size_t column) const noexcept {
  const std::string_view text = line(number);
  if (column <= 1 || text.empty()) return 0;
  if (column > text.size()) return text.size();
  const std::size_t wanted = before_[number - 1] + column - 1;
  const std::size_t mark = wanted / step;
  if (mark >= marks_.size()) return text.size();
  std::size_t at = marks_[mark];
  for (std::size_t left = wanted % step; left > 0; --left) {
    do {
      ++at;
    } while (at < text_.size() && !begins_code_point(text_[at]));
    if (at >= text_.size()) break;
  }
  return std::min(std::max(at, starts_[number - 1]) - starts_[number - 1], text.size());
}

}  // namespace skillrun::inline v0
