#include "app/lint_variables.hpp"

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "support/text.hpp"

namespace skillrun::app {

namespace {

/// False when the word has no name before a "=".
bool add(std::string_view word, VariableMap& into) {
  const std::size_t equals = word.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  into.insert_or_assign(std::string(word.substr(0, equals)), std::string(word.substr(equals + 1)));
  return true;
}

}  // namespace

/// As docker's client reads such a file (opts/file.go of docker/cli), but for a name alone, which would be copied from
/// the caller's environment.
std::expected<void, std::string> read_env_file(std::string_view text, VariableMap& into) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos || line[begin] == '#') continue;
    line.remove_prefix(begin);
    const std::string_view name = line.substr(0, line.find('='));
    if (name.find_first_of(" \t") != std::string_view::npos) {
      return std::unexpected(fmt::format("line {}: the name has a blank in it{}", number,
                                         name.starts_with("export ") ? "; leave `export` out" : ""));
    }
    if (find_invalid_utf8(line)) return std::unexpected(fmt::format("line {} is not valid UTF-8", number));
    if (!add(line, into)) {
      return std::unexpected(fmt::format("line {} is not NAME=VALUE", number));
    }
  }
  return {};
}

std::expected<VariableMap, std::string> lint_variables(const std::vector<std::string>& files,
                                                       const std::vector<std::string>& words) {
  VariableMap variables;
  for (const std::string& path : files) {
    const auto source = read_source(path);
    if (!source) return std::unexpected(fmt::format("the env file '{}' {}", printable(path), source.error()));
    if (auto read = read_env_file((*source)->text, variables); !read) {
      return std::unexpected(fmt::format("the env file '{}': {}", printable(path), read.error()));
    }
  }
  for (const std::string& word : words) {
    if (!add(word, variables)) {
      return std::unexpected(
          fmt::format("--env '{}' gives no value: while linting nothing is copied from the caller", printable(word)));
    }
  }
  return variables;
}

}  // namespace skillrun::app
