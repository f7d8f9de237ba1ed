#pragma once

#include <optional>
#include <string>

#include "cli/console.hpp"
#include "cli/global_options.hpp"

namespace skillrun::cli {

/// `skillrun allow --list`: what was recorded, and whether it still holds. The result is the exit status.
[[nodiscard]] int list_granted(const Console& console, OutputFormat format);

/// `skillrun allow --revoke`: forgets what the skill was granted, by whatever manifest; without an instance, that of
/// all its instances.
[[nodiscard]] int revoke_granted(const Console& console, bool all, const std::string& skill,
                                 const std::optional<std::string>& instance);

}  // namespace skillrun::cli
