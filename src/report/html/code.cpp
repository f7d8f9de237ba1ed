#include "report/html/code.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "report/html/secret_lines.hpp"
#include "report/lint_formats.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t lines_around = 2;
constexpr std::size_t most_marked_lines = 6;
/// Code points that are shown of a line, and of these before the mark.
constexpr std::size_t most_shown = 200;
constexpr std::size_t most_before = 60;
constexpr std::string_view cut_mark = "<i>\u2026</i>";

/// The columns of a line that are marked; none when both are equal.
struct Marked {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Tabs stay, for the page shows them as blanks.
std::string code_text(std::string_view text) {
  std::string html;
  for (std::string_view part : split(text, '\t')) {
    if (part.data() != text.data()) html += '\t';
    html += xml_text(part);
  }
  return html;
}

/// What the span marks of a line that it covers.
Marked marked_in(const Span& span, std::size_t number) {
  constexpr std::size_t line_end = std::numeric_limits<std::uint32_t>::max();
  const std::size_t begin = number == span.begin.line ? std::max<std::size_t>(span.begin.column, 1) : 1;
  if (number < span.end.line) return {.begin = begin, .end = line_end};
  if (number == span.end.line && span.end.column > begin) return {.begin = begin, .end = span.end.column};
  return {.begin = begin, .end = number == span.begin.line ? begin + 1 : begin};
}

std::string line_html(const SourceLines& lines, std::size_t number, Marked marked) {
  const std::string_view line = lines.line(number);
  const bool is_long = lines.offset(number, most_shown + 1) < line.size();
  const std::size_t first = is_long && marked.begin > most_before ? marked.begin - most_before : 1;
  const std::size_t from = lines.offset(number, first);
  const std::size_t to = is_long ? lines.offset(number, first + most_shown) : line.size();
  const std::size_t begin = std::clamp(lines.offset(number, marked.begin), from, to);
  const std::size_t end = std::clamp(lines.offset(number, marked.end), begin, to);
  std::string html(from > 0 ? cut_mark : "");
  html += code_text(line.substr(from, begin - from));
  if (marked.end > marked.begin) html += fmt::format("<mark>{}</mark>", code_text(line.substr(begin, end - begin)));
  html += code_text(line.substr(end, to - end));
  if (to < line.size()) html += cut_mark;
  return html;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

}  // namespace

CodeFrames::CodeFrames(const LintReport& report) {
  for (const LintedFile& file : report.files) {
    for (const Finding& finding : file.findings) {
      if (finding.rule == secret_rule && finding.source) secrets_[finding.source.get()].push_back(finding.span);
    }
  }
}

const CodeFrames::Source& CodeFrames::source(const SourceText& text) {
  std::unique_ptr<Source>& source = sources_[&text];
  if (!source) {
    source = std::make_unique<Source>(SourceLines(text.text), std::vector<bool>());
    source->hidden = secret_lines(source->lines, secrets_[&text]);
  }
  return *source;
}

std::string CodeFrames::of(const Finding& finding) {
  if (!finding.source || !finding.span.known()) return {};
  if (finding.rule == secret_rule) return "<p class=\"hidden-code\">The code is not shown: it holds a secret.</p>";
  const auto& [lines, hidden] = source(*finding.source);
  const std::size_t begin = finding.span.begin.line;
  if (begin > lines.count()) return {};
  const std::size_t end = std::clamp<std::size_t>(finding.span.end.line, begin, lines.count());
  const std::size_t last_marked = std::min(end, begin + most_marked_lines - 1);
  std::size_t first = begin - std::min(begin - 1, lines_around);
  std::size_t last = last_marked < end ? last_marked : std::min(end + lines_around, lines.count());
  while (first < begin && is_blank(lines.line(first))) ++first;
  while (last > last_marked && is_blank(lines.line(last))) --last;
  std::string html = "<pre>";
  for (std::size_t number = first; number <= last; ++number) {
    const bool is_marked = number >= begin && number <= last_marked;
    const Marked marked = is_marked ? marked_in(finding.span, number) : Marked{};
    html += fmt::format(
        "<span data-n=\"{}\"{}>{}\n</span>", number, is_marked ? " class=\"m\"" : "",
        hidden[number] ? "<i>not shown: this line may hold a secret</i>" : line_html(lines, number, marked));
  }
  if (last_marked < end) html += fmt::format("<i>\u2026 to line {}</i>", end);
  return html + "</pre>";
}

}  // namespace skillrun::inline v0
