// A .gitignore of any bytes up to the first NUL, and a path. The verdict is the same every time, of the last pattern
// that matches, and comes in time whatever the pattern: a repository that is linted chooses both.
#include <ctime>

#include "fuzz_lint.hpp"
#include "lint/files/gitignore.hpp"

namespace {

using skillrun::Gitignore;

std::string repeated(std::string_view text, std::size_t size) {
  std::string result;
  while (!text.empty() && result.size() < size) result += text;
  result.resize(std::min(result.size(), size));
  return result;
}

/// Patterns and a path as long as they come, made of the input's: pattern times path is 4 million steps.
void check_time(const std::string& text, const std::string& path) {
  constexpr std::size_t pattern_size = 16384;
  constexpr std::size_t path_size = 255;
  constexpr double seconds = 5;  // with sanitizers, on a machine that does other things
  const Gitignore rules(repeated(text, pattern_size) + "x");
  const std::clock_t began = std::clock();
  (void)rules.verdict(repeated(path, path_size), false);
  skillrun::fuzz::require(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC < seconds);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, path] = skillrun::fuzz::two_texts(data, size);
  const Gitignore rules(text);
  for (const bool is_folder : {false, true}) {
    const auto verdict = rules.verdict(path, is_folder);
    skillrun::fuzz::require(rules.verdict(path, is_folder) == verdict);
    if (rules.empty()) skillrun::fuzz::require(verdict == Gitignore::Verdict::none);
    // A pattern that keeps everything, after all others, has the last word.
    const auto kept = Gitignore(text + "\n!*").verdict(path, is_folder);
    const bool has_name = !path.empty() && path.find('\n') == std::string::npos;
    if (has_name) skillrun::fuzz::require(kept == Gitignore::Verdict::kept);
  }
  check_time(text, path);
  return 0;
}
