#pragma once

#include <string>

#include <skillrun/run.hpp>

namespace skillrun::inline v0 {

/// Builds the image of a spec by its recipe, under the private name of exactly what was built; that name and the
/// recipe's digest, which labels the image.
struct BuiltImage {
  std::string name;
  std::string recipe;
};
[[nodiscard]] EngineResult<BuiltImage> build_by_recipe(Engine& engine, const ContainerSpec& spec,
                                                       const ProgressSink& progress, CallLimits limits);

}  // namespace skillrun::inline v0
