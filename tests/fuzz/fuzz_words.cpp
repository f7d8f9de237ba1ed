// extra_args: any words, split at newlines. No crash, and every word is accounted for: it is part of a flag or
// reported.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "spec/extra_args.hpp"
#include "support/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<skillrun::WrittenText> words;
  for (const std::string_view word : skillrun::split(input, '\n')) {
    words.push_back(skillrun::WrittenText{.value = std::string(word), .span = {}, .written = {}});
  }
  const skillrun::ParsedWords parsed = skillrun::parse_extra_args(words);
  std::vector<bool> seen(words.size() + 1);
  for (const auto& use : parsed.flags) {
    if (use.word >= words.size()) std::abort();
    seen[use.word] = true;
  }
  for (const auto& problem : parsed.problems) {
    if (problem.word >= words.size()) std::abort();
    seen[problem.word] = true;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!seen[i] && !seen[i + 1]) std::abort();
  }
  return 0;
}
