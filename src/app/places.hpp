#pragma once

#include <chrono>
#include <expected>
#include <string>

#include <skillrun/manifest.hpp>

#include "app/selection.hpp"

namespace skillrun::app {

/// $XDG_CONFIG_HOME/skillrun, or ~/.config/skillrun; empty when there is no home.
[[nodiscard]] std::string user_config_directory();

/// The working directory; otherwise that it cannot be told (it may have been removed), and what to do.
[[nodiscard]] std::expected<std::string, std::string> working_folder();

/// Where manifests are looked for: those that are named, SKILLRUN_MANIFEST, the project, the user, the system, the
/// installation.
[[nodiscard]] DiscoveryOptions discovery_options(const Selection& selection);

/// The day by the system's clock, in UTC.
[[nodiscard]] std::chrono::year_month_day today();

}  // namespace skillrun::app
