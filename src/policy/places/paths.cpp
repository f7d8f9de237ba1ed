#include "policy/places/paths.hpp"

namespace skillrun::inline v0 {

namespace {

/// Takes the next component off the front of `rest`; empty at the end.
std::string_view next_component(std::string_view& rest) noexcept {
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const std::string_view component = rest.substr(0, rest.find('/'));
  rest.remove_prefix(component.size());
  return component;
}

enum class Match { differ, path_ends_first, pattern_ends_first, both_end };

/// Walks both until they differ or one ends.
Match compare(std::string_view path, std::string_view pattern) noexcept {
  const bool both_named = path.size() > 1 && pattern.size() > 1 && path[1] != '/' && pattern[1] != '*';
  if (both_named && path[0] == '/' && pattern[0] == '/' && path[1] != pattern[1]) return Match::differ;
  while (true) {
    const std::string_view part = next_component(path);
    const std::string_view wanted = next_component(pattern);
    if (part.empty() && wanted.empty()) return Match::both_end;
    if (part.empty()) return Match::path_ends_first;
    if (wanted.empty()) return Match::pattern_ends_first;
    if (part != wanted && wanted != "*") return Match::differ;
  }
}

}  // namespace

bool is_clean(std::string_view path) noexcept {
  if (!path.starts_with('/')) return false;
  if (path == "/") return true;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view component = path.substr(0, path.find('/'));
    if (component.empty() || component == "." || component == "..") return false;
    path.remove_prefix(component.size());
  }
  return true;
}

bool matches_within(std::string_view path, std::string_view pattern) noexcept {
  const Match match = compare(path, pattern);
  return match == Match::both_end || match == Match::pattern_ends_first;
}

bool matches_above(std::string_view path, std::string_view pattern) noexcept {
  return compare(path, pattern) == Match::path_ends_first;
}

bool has_sequence(std::string_view path, std::string_view sequence) noexcept {
  if (path.find(sequence) == std::string_view::npos) return false;  // most paths: no need to walk them
  for (std::string_view rest = path; !rest.empty(); next_component(rest)) {
    if (matches_within(rest, sequence)) return true;
  }
  return false;
}

bool ends_inside_sequence(std::string_view path, std::string_view sequence) noexcept {
  const std::size_t first_end = sequence.find('/');
  if (first_end == std::string_view::npos) return false;
  if (path.find(sequence.substr(0, first_end)) == std::string_view::npos) return false;
  for (std::string_view rest = path; !rest.empty();) {
    if (compare(rest, sequence) == Match::path_ends_first && rest != "/") return true;
    next_component(rest);
  }
  return false;
}

std::string_view last_component(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

std::string joined(std::string_view folder, std::string_view name) {
  return (folder == "/" ? std::string() : std::string(folder)).append("/").append(name);
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string_view without_var(std::string_view path) noexcept {
  return is_within(path, "/var/run") ? path.substr(4) : path;
}

}  // namespace skillrun::inline v0
