#include "policy/submodules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/paths.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

/// More than these would be more mounts than a container can have.
constexpr std::size_t most_submodules = 64;

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string unquoted(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '"') continue;
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return text;
}

}  // namespace

std::vector<std::string> submodule_paths(std::string_view gitmodules) {
  std::vector<std::string> paths;
  for (const std::string_view line : split(gitmodules, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || without_blanks(line.substr(0, equals)) != "path") continue;
    std::string path = unquoted(without_blanks(line.substr(equals + 1)));
    if (path.empty() || !is_clean(fmt::format("/{}", path)) || std::ranges::find(paths, path) != paths.end()) continue;
    paths.push_back(std::move(path));
    if (paths.size() == most_submodules) break;
  }
  return paths;
}

}  // namespace skillrun
