#pragma once

#include <array>
#include <string_view>

namespace skillrun {

/// The keys of a service that are of no consequence for what its container may do.
inline constexpr std::array unjudged_service_keys = std::to_array<std::string_view>(
    {"attach", "blkio_config", "command", "cpu_count", "cpu_percent", "depends_on", "healthcheck", "profiles",
     "pull_policy", "pull_refresh_after", "scale", "stdin_open", "stop_grace_period", "tty"});

}  // namespace skillrun
