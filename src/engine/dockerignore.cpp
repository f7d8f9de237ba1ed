#include "engine/dockerignore.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\v\f";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The pattern as a clean relative path; empty for the context itself.
std::string clean_pattern(std::string_view pattern) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(pattern, '/')) {
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  return fmt::format("{}", fmt::join(parts, "/"));
}

/// Which lengths of `path` the glob so far can have consumed. Only the stretch between the least and the greatest of
/// them is looked at, so that a glob which begins otherwise than the path costs next to nothing.
class GlobMatch {
 public:
  explicit GlobMatch(std::string_view path) : path_(path), reached_(path.size() + 1, false) { reached_[0] = true; }

  void literal(char c) {
    step([&](std::size_t i) { return path_[i] == c; });
  }
  void any_character() {
    step([&](std::size_t i) { return path_[i] != '/'; });
  }
  /// `spans`: crosses slashes too.
  void any_run(bool spans) {
    for (std::size_t i = first_; i < path_.size(); ++i, ++steps_) {
      if (reached_[i] && (spans || path_[i] != '/')) reached_[i + 1] = true;
      if (reached_[i + 1]) {
        last_ = std::max(last_, i + 1);
      } else if (i >= last_) {
        break;
      }
    }
  }
  /// Any number of whole components, none included.
  void any_components() {
    for (std::size_t i = first_ + 1; i <= path_.size(); ++i, ++steps_) {
      if (path_[i - 1] != '/') continue;
      reached_[i] = true;
      last_ = std::max(last_, i);
    }
  }
  [[nodiscard]] bool failed() const noexcept { return first_ > last_; }
  [[nodiscard]] bool complete() const { return !failed() && reached_.back(); }
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

 private:
  template <class Accept>
  void step(Accept accept) {
    last_ = std::min(last_ + 1, path_.size());
    steps_ += last_ - first_ + 1;
    for (std::size_t i = last_; i > first_; --i) reached_[i] = reached_[i - 1] && accept(i - 1);
    reached_[first_] = false;
    while (first_ <= last_ && !reached_[first_]) ++first_;
    while (first_ < last_ && !reached_[last_]) --last_;
  }

  std::string_view path_;
  std::vector<bool> reached_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace

bool glob_matches(std::string_view glob, std::string_view path, std::uint64_t& steps) {
  GlobMatch match(path);
  while (!glob.empty() && !match.failed()) {
    if (glob.starts_with("**/")) {
      match.any_components();
      glob.remove_prefix(3);
    } else if (glob.starts_with("**")) {
      match.any_run(true);
      glob.remove_prefix(2);
    } else {
      const char c = glob.front();
      glob.remove_prefix(1);
      if (c == '*') {
        match.any_run(false);
      } else if (c == '?') {
        match.any_character();
      } else {
        match.literal(c);
      }
    }
  }
  steps += match.steps() + 1;
  return match.complete();
}

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
    if (pattern.find_first_of("[\\") != std::string_view::npos) {
      return std::unexpected(
          fmt::format("line {}: '{}' uses [ or a backslash, which is not supported; write it with * and ?", number,
                      printable(pattern)));
    }
    std::string glob = clean_pattern(pattern);
    if (glob.empty()) continue;  // "." or "/": docker lets the context itself in whatever is said
    out.has_exceptions_ = out.has_exceptions_ || exception;
    out.patterns_.push_back({std::move(glob), exception});
  }
  return out;
}

std::expected<bool, std::string> Dockerignore::excludes(std::string_view path) {
  bool excluded = false;
  for (const Pattern& pattern : patterns_) {
    if (pattern.exception != excluded) continue;  // it could change nothing
    bool matches = glob_matches(pattern.glob, path, steps_);
    for (auto slash = path.find('/'); !matches && slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      matches = glob_matches(pattern.glob, path.substr(0, slash), steps_);
    }
    if (matches) excluded = !pattern.exception;
    if (steps_ > most_steps_) return std::unexpected(std::string("its patterns take too long to match: write fewer *"));
  }
  return excluded;
}

}  // namespace skillrun::inline v0
