#pragma once

#include <string>
#include <system_error>

namespace skillrun::inline v0 {

/// Removes the entry `name` of a folder, with everything in it where it is a folder, however deep: what lies deeper is
/// moved up first, so that a few descriptors are enough. Follows no link and enters no other file system (EXDEV). That
/// something is not there (any more) is success. Nobody else may put something in meanwhile.
[[nodiscard]] std::error_code remove_deep(int folder, const std::string& name);

/// The same by a path.
[[nodiscard]] std::error_code remove_deep(const std::string& path);

}  // namespace skillrun::inline v0
