#include "differences.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "shell_words.hpp"

namespace differential {

namespace {

/// The text in the backquotes of a cell.
std::string quoted(const std::string& row, std::size_t& at) {
  const std::size_t begin = row.find('`', at);
  const std::size_t end = begin == std::string::npos ? begin : row.find('`', begin + 1);
  if (end == std::string::npos)
    throw std::runtime_error("a row of the differences has no two texts in backquotes: " + row);
  at = end + 1;
  return row.substr(begin + 1, end - begin - 1);
}

}  // namespace

std::vector<Difference> intended_differences() {
  std::ifstream file(SKILLRUN_SOURCE_DIR "/docs/extra-args.md");
  std::vector<Difference> differences;
  bool in_list = false;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("<!-- differences:")) in_list = line.contains("begin");
    if (!in_list || !line.starts_with("| `")) continue;
    std::size_t at = 0;
    const auto words = shell_words(quoted(line, at));
    if (!words) throw std::runtime_error(fmt::format("extra-args.md:{}: a quote does not end", number));
    differences.push_back({fmt::format("extra-args.md:{}", number), *words, quoted(line, at)});
  }
  if (differences.empty()) throw std::runtime_error("docs/extra-args.md lists no differences");
  return differences;
}

}  // namespace differential
