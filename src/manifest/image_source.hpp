#pragma once

#include <optional>

#include <skillrun/manifest.hpp>

namespace skillrun::inline v0 {

/// The image that `source = "docker:IMAGE"` names, without the prefix and possibly empty; nothing for other sources.
[[nodiscard]] std::optional<WrittenText> image_of_source(const SkillDefinition& skill);

}  // namespace skillrun::inline v0
