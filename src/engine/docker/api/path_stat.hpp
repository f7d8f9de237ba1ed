#pragma once

#include <string>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// The header X-Docker-Container-Path-Stat of docker's answers about a path of a container: base64 of a JSON object
/// with the mode as Go's os.FileMode has it, and a link's target.
[[nodiscard]] EngineResult<ContainerEntry> read_path_stat(const std::string& header);

}  // namespace skillrun::inline v0
