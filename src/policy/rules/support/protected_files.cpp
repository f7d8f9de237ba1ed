#include "policy/rules/support/protected_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/places/paths.hpp"

namespace skillrun::inline v0 {

std::string_view without_slash(std::string_view name) noexcept {
  return name.ends_with('/') ? name.substr(0, name.size() - 1) : name;
}

std::span<const std::string_view> builtin_protected_files() {
  static constexpr std::string_view names[] = {
      ".skillrun/",        "skillrun.toml", "skillrun.yaml", "skillrun.yml",      ".skill-engine.toml",
      "skill-engine.toml", ".git/",         ".envrc",        ".vscode/tasks.json"};
  return names;
}

std::expected<std::string, ParseError> normalize_protected_file(std::string_view word) {
  const std::string_view name = without_slash(word);
  if (name.empty() || !is_clean(fmt::format("/{}", name))) {
    return std::unexpected(ParseError{"a relative path without '.' and '..' was expected"});
  }
  return std::string(word);
}

std::expected<std::string, ParseError> normalize_allowed_file(std::string_view word) {
  auto name = normalize_protected_file(word);
  if (!name) return name;
  for (const std::string_view whole : builtin_protected_files()) {
    if (whole.ends_with('/') && name->starts_with(whole) && name->size() > whole.size()) {
      return std::unexpected(ParseError{fmt::format("'{}' is protected as a whole; allow {} or nothing of it",
                                                    without_slash(whole), without_slash(whole))});
    }
  }
  return name;
}

std::vector<std::string> protected_files(const RuleParams& params) {
  std::vector<std::string> names;
  const auto allowed = params.words("allow");
  const auto add = [&](std::string_view name) {
    const auto same = [&](const std::string& other) { return without_slash(other) == without_slash(name); };
    if (std::ranges::none_of(allowed, same) && std::ranges::none_of(names, same)) names.emplace_back(name);
  };
  for (const std::string_view name : builtin_protected_files()) add(name);
  for (const std::string& name : params.words("add")) add(name);
  return names;
}

std::string_view protected_name_of(std::string_view path, std::span<const std::string> names) {
  const auto found = std::ranges::find_if(
      names, [&](const std::string& name) { return has_sequence(path, fmt::format("/{}", without_slash(name))); });
  return found == names.end() ? std::string_view() : std::string_view(*found);
}

}  // namespace skillrun::inline v0
