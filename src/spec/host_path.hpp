#pragma once

#include <expected>
#include <string>
#include <string_view>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// A host path made absolute and lexically clean: relative ones start at paths.base, "~" and "~/x" at paths.home.
/// "~user" and an empty path are refused.
[[nodiscard]] std::expected<std::string, ParseError> absolute_host_path(std::string_view path,
                                                                        const PathContext& paths);

}  // namespace skillrun::inline v0
