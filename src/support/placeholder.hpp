#pragma once

#include <sys/stat.h>
#include <unistd.h>

namespace skillrun::inline v0 {

/// Empty, for reading only, and marked by the sticky bit, which means nothing on a file or on a folder that nobody may
/// write to: what skillrun puts where a skill must not make something, for as long as it runs.
inline constexpr mode_t placeholder_file_mode = 01444;
inline constexpr mode_t placeholder_folder_mode = 01555;

/// Whether it may be one of this user's. A folder may still hold something.
[[nodiscard]] inline bool is_placeholder(const struct stat& status) noexcept {
  if (status.st_uid != ::geteuid()) return false;
  // The caller's mask may have taken some of the bits for reading, and a folder inherits S_ISGID.
  const mode_t marks = status.st_mode & (S_ISUID | S_ISVTX | S_IWUSR | S_IWGRP | S_IWOTH);
  return marks == S_ISVTX && (S_ISDIR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_size == 0));
}

}  // namespace skillrun::inline v0
