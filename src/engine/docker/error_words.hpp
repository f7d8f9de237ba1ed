#pragma once

#include <skillrun/containers.hpp>

namespace skillrun::inline v0 {

// What docker and podman tell by nothing but the words of an error. They are read here and nowhere else.

/// The error of a start that failed: kind no_such_command or not_executable where the command is to blame, as far as
/// the state of the container and the words tell. docker gives exit code 126 or 127, but also for mounts that fail;
/// podman gives none: so the words decide whether it is about the command at all.
[[nodiscard]] EngineError error_of_start(EngineError error, const ContainerState& state);

}  // namespace skillrun::inline v0
