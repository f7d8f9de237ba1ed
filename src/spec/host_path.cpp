#include "spec/host_path.hpp"

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "support/text.hpp"

namespace skillrun::inline v0 {

std::expected<std::string, ParseError> absolute_host_path(std::string_view path, const PathContext& paths) {
  const auto error = [&](std::string_view why) {
    return std::unexpected(ParseError{fmt::format("the host path '{}' {}", printable(path), why)});
  };
  if (path.empty()) return error("is empty");
  if (path.starts_with('/')) return clean_path(path);
  if (path.starts_with('~')) {
    if (path.size() > 1 && path[1] != '/') return error("names another user's home, which is not looked up");
    if (!paths.home.starts_with('/')) return error("starts at the home directory, and there is none");
    return clean_path(fmt::format("{}/{}", paths.home, path.substr(1)));
  }
  if (!paths.base.starts_with('/')) return error("is relative, and there is no folder to start from");
  return clean_path(fmt::format("{}/{}", paths.base, path));
}

}  // namespace skillrun::inline v0
