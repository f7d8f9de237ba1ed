#pragma once

#include <skillrun/manifest.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// A docker table as JSON: the keys that are set, in the order of the field table. Values are shown as written unless
/// the table was resolved; of a secret of the caller's only the variable's name is shown.
[[nodiscard]] json::object docker_document(const DockerRuntimeConfig& docker);

/// A skill as written, with its instances.
[[nodiscard]] json::object skill_document(const SkillDefinition& skill);

/// A table of strings as a JSON object; of a key that is there twice the last one counts.
[[nodiscard]] json::object map_document(const WrittenMap& map);

}  // namespace skillrun::inline v0
