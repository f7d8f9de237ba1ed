#pragma once

#include <sys/types.h>

#include <string>

namespace skillrun::inline v0 {

/// The home that the accounts have for the user: absolute, or empty when they know none.
[[nodiscard]] std::string account_home(uid_t uid);

/// HOME when it is an absolute path, otherwise what the accounts have for whom the process acts: the same for
/// everything that is looked for in a home, so that an environment without HOME drops nothing of it, a policy above
/// all.
[[nodiscard]] std::string home_directory();

}  // namespace skillrun::inline v0
