#include "engine/dockerignore.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include "support/path_within.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// What an expression may take of memory; a longer pattern is an error.
constexpr std::int64_t most_memory = std::int64_t{1} << 20;

/// One character that is no slash, in bytes: a path need not be UTF-8.
constexpr std::string_view any_character = R"((?:[\x00-\x2e\x30-\x7f]|[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf]))";

/// The white space of Unicode, which docker trims too: a blank that was copied along would let a file in.
constexpr std::string_view blanks[] = {" ",
                                       "\t",
                                       "\r",
                                       "\v",
                                       "\f",
                                       "\xc2\x85",
                                       "\xc2\xa0",
                                       "\xe1\x9a\x80",
                                       "\xe2\x80\x80",
                                       "\xe2\x80\x81",
                                       "\xe2\x80\x82",
                                       "\xe2\x80\x83",
                                       "\xe2\x80\x84",
                                       "\xe2\x80\x85",
                                       "\xe2\x80\x86",
                                       "\xe2\x80\x87",
                                       "\xe2\x80\x88",
                                       "\xe2\x80\x89",
                                       "\xe2\x80\x8a",
                                       "\xe2\x80\xa8",
                                       "\xe2\x80\xa9",
                                       "\xe2\x80\xaf",
                                       "\xe2\x81\x9f",
                                       "\xe3\x80\x80"};

std::string_view trimmed(std::string_view text) {
  const auto at_begin = [&](std::string_view blank) { return text.starts_with(blank); };
  const auto at_end = [&](std::string_view blank) { return text.ends_with(blank); };
  for (const auto* it = std::begin(blanks); (it = std::ranges::find_if(blanks, at_begin)) != std::end(blanks);) {
    text.remove_prefix(it->size());
  }
  for (const auto* it = std::begin(blanks); (it = std::ranges::find_if(blanks, at_end)) != std::end(blanks);) {
    text.remove_suffix(it->size());
  }
  return text;
}

/// The pattern as a clean relative path; empty for the context itself.
std::string clean_pattern(std::string_view pattern) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(pattern, '/')) {
    if (part == "..") {
      if (!parts.empty() && parts.back() != "..") {
        parts.pop_back();
      } else if (!pattern.starts_with('/')) {
        parts.push_back(part);  // above the context, where no path is
      }
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  return fmt::format("{}", fmt::join(parts, "/"));
}

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string literal(std::string_view text) { return re2::RE2::QuoteMeta({text.data(), text.size()}); }

/// Writes the regular expression that a pattern stands for; why it has no such meaning, as half a sentence.
class Translation {
 public:
  explicit Translation(std::string_view pattern) : whole_(pattern), rest_(pattern) {}

  std::expected<std::string, std::string> take() && {
    while (!rest_.empty() && fault_.empty()) step();
    if (!fault_.empty()) return std::unexpected(std::move(fault_));
    return std::move(expression_);
  }

 private:
  static bool plain(std::string_view text) { return text.find_first_of("*?[\\") == std::string_view::npos; }

  void step() {
    if (skip("**")) return stars();
    const char c = rest_.front();
    if (c == '[') return bracket();
    rest_.remove_prefix(1);
    if (c == '^' && !plain(whole_)) {
      fail("has a ^ outside of [ and ], which docker would take for the beginning");
    } else if (c == '*') {
      expression_ += "[^/]*";
    } else if (c == '?') {
      expression_ += any_character;
    } else if (c == '\\') {
      escaped();
    } else {
      expression_ += literal({&c, 1});
    }
  }

  /// Any number of folders. At the end of a pattern everything, and at its beginning, before plain text, the same.
  void stars() {
    const bool first = expression_.empty();
    const bool before_slash = skip("/");
    if (rest_.empty() || (first && plain(rest_) && !before_slash)) {
      expression_ += ".*";
    } else {
      expression_ += "(?:.*/)?";
    }
  }

  void escaped() {
    if (rest_.empty()) return fail("ends with a backslash");
    if (is_letter_or_digit(rest_.front())) return fail("has a backslash before a letter or digit");
    expression_ += literal(rest_.substr(0, 1));
    rest_.remove_prefix(1);
  }

  void bracket() {
    const std::size_t end = rest_.find(']', rest_.starts_with("[^") ? 3 : 2);
    if (end == std::string_view::npos) return fail("has a [ without its ]");
    const std::string_view inside = rest_.substr(1, end - 1);
    const bool range_without_end = inside.ends_with('-') || inside.starts_with('-') || inside.starts_with("^-");
    if (range_without_end) return fail("has a - at the beginning or end of what is between [ and ]");
    for (const char c : inside.substr(inside.starts_with('^') ? 1 : 0)) {
      if (!is_letter_or_digit(c) && !std::string_view("-._ ").contains(c)) {
        return fail("has more than letters, digits, '-', '.', '_' and blanks between [ and ]");
      }
    }
    if (inside.starts_with('^')) {
      // One character, of however many bytes, that is none of these.
      expression_ += fmt::format("(?:[{}\\x80-\\xff]|[\\xc0-\\xff][\\x80-\\xbf]*|[\\x80-\\xbf])", inside);
    } else {
      expression_ += rest_.substr(0, end + 1);
    }
    rest_.remove_prefix(end + 1);
  }

  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  void fail(std::string_view why) { fault_ = fmt::format("'{}' {}", printable(whole_), why); }

  std::string_view whole_;
  std::string_view rest_;
  std::string expression_;
  std::string fault_;
};

std::expected<std::shared_ptr<const re2::RE2>, std::string> compile(std::string_view pattern) {
  auto expression = Translation(pattern).take();
  if (!expression) return std::unexpected(std::move(expression.error()));
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_log_errors(false);
  options.set_max_mem(most_memory);
  auto compiled = std::make_shared<const re2::RE2>(*expression, options);
  if (!compiled->ok())
    return std::unexpected(fmt::format("'{}' is not a pattern that can be matched", printable(pattern)));
  return compiled;
}

}  // namespace

std::expected<Dockerignore, std::string> Dockerignore::parse(std::string_view text, std::uint64_t most_steps) {
  Dockerignore out;
  out.most_steps_ = most_steps;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (line.starts_with('#')) continue;
    std::string_view pattern = trimmed(line);
    if (pattern.empty()) continue;
    const bool exception = pattern.front() == '!';
    if (exception) pattern = trimmed(pattern.substr(1));
    if (pattern.empty()) return std::unexpected(fmt::format("line {}: '!' without a pattern", number));
    const std::string clean = clean_pattern(trimmed(clean_pattern(pattern)));
    if (clean.empty() && exception && pattern.starts_with('/'))
      return std::unexpected(fmt::format("line {}: '!' without a pattern", number));
    if (clean.empty()) continue;  // "." or "/": docker lets the context itself in whatever is said
    auto expression = compile(clean);
    if (!expression) return std::unexpected(fmt::format("line {}: {}", number, expression.error()));
    out.patterns_.push_back({clean, std::move(*expression), exception});
  }
  return out;
}

bool Dockerignore::matches(const Pattern& pattern, std::string_view path) {
  steps_ += path.size() + 1;
  return re2::RE2::FullMatch({path.data(), path.size()}, *pattern.expression);
}

bool Dockerignore::looks_into(std::string_view folder) const {
  return std::ranges::any_of(
      patterns_, [&](const Pattern& pattern) { return pattern.exception && is_within(pattern.text, folder); });
}

/// As patternmatcher does for a walk from the top: what matched a folder matches all that is in it, and a pattern is
/// only asked where it could change the answer.
std::expected<bool, std::string> Dockerignore::excludes(std::string_view path) {
  std::vector<bool> matched(patterns_.size(), false);
  bool excluded = false;
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    excluded = false;
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      const Pattern& pattern = patterns_[i];
      if (!matched[i] && pattern.exception == excluded) matched[i] = matches(pattern, path.substr(0, end));
      if (matched[i]) excluded = !pattern.exception;
    }
    if (steps_ > most_steps_) return std::unexpected(std::string("its patterns take too long to match: write fewer"));
    if (end == std::string_view::npos) return excluded;
  }
}

}  // namespace skillrun::inline v0
