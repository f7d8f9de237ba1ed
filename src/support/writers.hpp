#pragma once

#include <sys/stat.h>

#include <string>

namespace skillrun::inline v0 {

/// True when the mode or an access control list lets somebody besides the owner and root write: everybody, or a group
/// that is not this user's own with nobody else in it, as distributions make for each user. `status` is that of `path`.
[[nodiscard]] bool others_may_write(const std::string& path, const struct stat& status);

}  // namespace skillrun::inline v0
