#pragma once

#include <string>
#include <string_view>

#include <skillrun/engine.hpp>

namespace skillrun {

/// The label that tells by which recipe an image was built.
inline constexpr std::string_view recipe_label = "skillrun.recipe";

/// A short text that changes when the recipe does; for a context its Dockerfile counts too, other files do not. It
/// tells that something has changed, and proves nothing.
[[nodiscard]] EngineResult<std::string> fingerprint(const BuildRecipe& recipe,
                                                    const std::optional<std::string>& platform);

}  // namespace skillrun
