#pragma once

#include <skillrun/run.hpp>

namespace skillrun {

/// Builds the image of a spec by its recipe and tags it with the spec's reference, labelled with the recipe's
/// fingerprint.
[[nodiscard]] EngineResult<void> build_by_recipe(Engine& engine, const ContainerSpec& spec,
                                                 const std::string& fingerprint, const ProgressSink& progress,
                                                 CallLimits limits);

}  // namespace skillrun
