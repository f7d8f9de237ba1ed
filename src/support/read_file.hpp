#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <system_error>

namespace skillrun::inline v0 {

/// All of a file, at most `limit` bytes: std::errc::file_too_large for more. Works for files of /proc, which say they
/// are empty. A pipe, which nobody may ever write to, is refused. Follows symlinks; the caller decides beforehand what
/// kind of file it wants.
[[nodiscard]] std::expected<std::string, std::error_code> read_file(const std::string& path, std::size_t limit);

}  // namespace skillrun::inline v0
