#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <skillrun/normalize.hpp>
#include <skillrun/run.hpp>

#include "cli/global_options.hpp"

namespace skillrun::cli {

using MakeImage = EngineResult<SkillImage> (*)(Engine&, const ApprovedSpec&, const ProgressSink&, CallLimits);

/// Judges each skill as `run` would, makes its image and prints which it is; stops at the first failure. The exit
/// status.
[[nodiscard]] int make_images(const GlobalOptions& options, const std::vector<std::string>& skills,
                              const RunOverrides& overrides, MakeImage make, std::chrono::milliseconds deadline);

}  // namespace skillrun::cli
