#include "lint/files/gitignore.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <ranges>
#include <span>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view any_folders = "**";

/// One element of a segment's pattern: what it matches and how long it is.
struct Element {
  std::size_t length = 1;
  bool matches = false;
};

bool in_class(std::string_view name, unsigned char c) {
  if (name == "alpha") return std::isalpha(c) != 0;
  if (name == "digit") return std::isdigit(c) != 0;
  if (name == "alnum") return std::isalnum(c) != 0;
  if (name == "upper") return std::isupper(c) != 0;
  if (name == "lower") return std::islower(c) != 0;
  if (name == "space") return std::isspace(c) != 0;
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "punct") return std::ispunct(c) != 0;
  if (name == "print") return std::isprint(c) != 0;
  if (name == "graph") return std::isgraph(c) != 0;
  if (name == "cntrl") return std::iscntrl(c) != 0;
  if (name == "xdigit") return std::isxdigit(c) != 0;
  return false;
}

/// Reads a bracket expression at the beginning of `pattern`; nothing when it has no end, which matches nothing.
std::optional<Element> bracket(std::string_view pattern, unsigned char c) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  bool classes_end = true;  // looked for once: [[:[:[: must not take the square of its length
  const auto take = [&]() -> std::optional<unsigned char> {
    if (at < pattern.size() && pattern[at] == '\\') ++at;
    if (at >= pattern.size()) return std::nullopt;
    return static_cast<unsigned char>(pattern[at++]);
  };
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    if (classes_end && pattern.substr(at).starts_with("[:")) {
      const std::size_t end = pattern.find(":]", at + 2);
      classes_end = end != std::string_view::npos;
      if (end != std::string_view::npos) {
        found = found || in_class(pattern.substr(at + 2, end - at - 2), c);
        at = end + 2;
        continue;
      }
    }
    const auto low = take();
    if (!low) return std::nullopt;
    auto high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      high = take();
      if (!high) return std::nullopt;
    }
    found = found || (*low <= c && c <= *high);
  }
  if (at >= pattern.size()) return std::nullopt;
  return Element{.length = at + 1, .matches = found != negated};
}

/// What the pattern's first element, which is not a star, says to one byte.
Element element(std::string_view pattern, unsigned char c) {
  switch (pattern.front()) {
    case '?': return {.length = 1, .matches = true};
    case '[': return bracket(pattern, c).value_or(Element{.length = pattern.size(), .matches = false});
    case '\\':
      return pattern.size() > 1 ? Element{.length = 2, .matches = static_cast<unsigned char>(pattern[1]) == c}
                                : Element{.length = 1, .matches = false};
    default: return {.length = 1, .matches = static_cast<unsigned char>(pattern.front()) == c};
  }
}

/// A name against a pattern without slashes. Only the last star is ever tried again.
bool matches_name(std::string_view pattern, std::string_view name) {
  std::optional<std::string_view> after_star;
  std::string_view from_star;
  while (true) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      after_star = pattern;
      from_star = name;
      continue;
    }
    if (pattern.empty() && name.empty()) return true;
    if (!pattern.empty() && !name.empty()) {
      const Element next = element(pattern, static_cast<unsigned char>(name.front()));
      if (next.matches) {
        pattern.remove_prefix(next.length);
        name.remove_prefix(1);
        continue;
      }
    }
    if (!after_star || from_star.empty()) return false;
    from_star.remove_prefix(1);
    name = from_star;
    pattern = *after_star;
  }
}

/// Folder names against segments, of which ** stands for any number. Again only the last ** is tried again.
bool matches_path(std::span<const std::string> pattern, std::span<const std::string_view> names) {
  std::optional<std::span<const std::string>> after_any;
  std::span<const std::string_view> from_any;
  while (true) {
    if (!pattern.empty() && pattern.front() == any_folders) {
      pattern = pattern.subspan(1);
      // At the end it stands for what is inside of a folder, not for the folder.
      if (pattern.empty()) return !names.empty();
      after_any = pattern;
      from_any = names;
      continue;
    }
    if (pattern.empty() && names.empty()) return true;
    if (!pattern.empty() && !names.empty() && matches_name(pattern.front(), names.front())) {
      pattern = pattern.subspan(1);
      names = names.subspan(1);
      continue;
    }
    if (!after_any || from_any.empty()) return false;
    from_any = from_any.subspan(1);
    names = from_any;
    pattern = *after_any;
  }
}

/// The line without blanks at its end, unless a backslash keeps the first of them.
std::string_view without_trailing_blanks(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ')) {
    const std::size_t before = line.find_last_not_of('\\', line.size() - 2);
    const std::size_t backslashes = line.size() - 2 - (before == std::string_view::npos ? std::size_t{0} - 1 : before);
    if (line.size() > 1 && backslashes % 2 == 1) return line;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

Gitignore::Gitignore(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  for (std::string_view line : split(text, '\n')) {
    line = without_trailing_blanks(line);
    if (line.starts_with('#')) continue;
    Pattern pattern;
    if (line.starts_with('!')) {
      pattern.keeps = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      pattern.folders_only = true;
      line.remove_suffix(1);
    }
    pattern.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    if (pattern.anchored) {
      for (const std::string_view segment : split(line, '/')) pattern.segments.emplace_back(segment);
    } else {
      pattern.segments.emplace_back(line);
    }
    patterns_.push_back(std::move(pattern));
  }
}

Gitignore::Verdict Gitignore::verdict(std::string_view path, bool is_folder) const {
  const std::vector<std::string_view> names = split(path, '/');
  for (const Pattern& pattern : std::views::reverse(patterns_)) {
    if (pattern.folders_only && !is_folder) continue;
    const bool matches =
        pattern.anchored ? matches_path(pattern.segments, names) : matches_name(pattern.segments.front(), names.back());
    if (matches) return pattern.keeps ? Verdict::kept : Verdict::ignored;
  }
  return Verdict::none;
}

}  // namespace skillrun::inline v0
