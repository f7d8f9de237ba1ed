#pragma once

#include <expected>
#include <string>
#include <string_view>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// A path of the host as a manifest writes it: absolute, `.`, `..`, `./x` and `../x` below the manifest's folder, `~`
/// and `~/x` below the caller's home. Absolute and clean in the result; other relative forms and `~user` are refused,
/// because engines read them in ways that differ.
[[nodiscard]] std::expected<std::string, ParseError> resolve_host_path(std::string_view text, const PathContext& paths);

/// Where something is mounted: absolute and, once clean, not the root itself.
[[nodiscard]] std::expected<std::string, ParseError> parse_mount_target(std::string_view text);

}  // namespace skillrun::inline v0
