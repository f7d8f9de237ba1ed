#pragma once

#include <skillrun/manifest.hpp>

namespace skillrun::cli {

/// Takes the project's manifests out that a skill could have made or changed: the next `skillrun` in that folder would
/// run them. Each becomes a warning that says how to keep it. Those that the caller names by a path stay.
void leave_out_written(Discovery& discovery);

}  // namespace skillrun::cli
