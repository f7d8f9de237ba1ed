#include "spec/path.hpp"

#include <vector>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/host_path.hpp"
#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(path, '/')) {
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!part.empty() && part != ".") {
      kept.push_back(part);
    }
  }
  if (kept.empty()) return "/";
  std::string result;
  result.reserve(path.size() + 1);
  for (const std::string_view part : kept) {
    result += '/';
    result += part;
  }
  return result;
}

std::expected<std::string, ParseError> resolve_host_path(std::string_view text, const PathContext& paths) {
  if (auto error = find_unusable_text(text, "a host path")) return std::unexpected(*error);
  const std::string_view first = text.substr(0, text.find('/'));
  if (!first.empty() && first != "." && first != ".." && !first.starts_with('~')) {
    return refuse(fmt::format(
        "expected an absolute host path, found {}; write ./ before a path below the manifest's folder", quoted(text)));
  }
  return absolute_host_path(text, paths);
}

std::expected<std::string, ParseError> parse_mount_target(std::string_view text) {
  if (auto error = find_unusable_text(text, "an absolute path in the container")) return std::unexpected(*error);
  if (!text.starts_with('/')) {
    return refuse(fmt::format("expected an absolute path in the container, found {}", quoted(text)));
  }
  std::string target = clean_path(text);
  if (target == "/")
    return refuse(fmt::format("{} is the container's root, which nothing can be mounted over", quoted(text)));
  return target;
}

}  // namespace skillrun::inline v0
