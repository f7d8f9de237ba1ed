#pragma once

#include <optional>

#include <skillrun/manifest.hpp>

namespace skillrun {

/// The image that `source = "docker:IMAGE"` names, without the prefix and possibly empty; nothing for other sources.
[[nodiscard]] std::optional<Text> image_of_source(const SkillDefinition& skill);

}  // namespace skillrun
