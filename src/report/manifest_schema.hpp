#pragma once

#include "support/json_schema.hpp"

namespace skillrun::inline v0 {

/// The tables of a manifest by name, for `$defs`: docker, mount, build, packages, skill, instance and skills, the map
/// of skills by name. They refer to one another.
[[nodiscard]] json::object manifest_definitions();

}  // namespace skillrun::inline v0
