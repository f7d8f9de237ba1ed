#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace skillrun::app {

using VariableMap = std::map<std::string, std::string, std::less<>>;

/// Adds the lines NAME=VALUE of an env file, as docker has them: blank lines and lines that begin with # are passed
/// over, values are taken as they are. The error names the line.
[[nodiscard]] std::expected<void, std::string> read_env_file(std::string_view text, VariableMap& into);

/// The variables of the env files and of the words NAME=VALUE, the later ones over the earlier ones. Errors are whole
/// messages.
[[nodiscard]] std::expected<VariableMap, std::string> lint_variables(const std::vector<std::string>& files,
                                                                     const std::vector<std::string>& words);

}  // namespace skillrun::app
