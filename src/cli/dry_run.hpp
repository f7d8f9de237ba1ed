#pragma once

#include "cli/console.hpp"
#include "cli/run_options.hpp"

namespace skillrun::cli {

/// Judges and prints the equivalent docker line and the exact create request; runs nothing and needs no engine.
[[nodiscard]] int dry_run(const GlobalOptions& global, const RunRequest& run, const Console& console);

}  // namespace skillrun::cli
