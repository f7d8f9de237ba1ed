#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// What a container is to execute, and what decides where that is found.
struct CommandOrder {
  const ContainerSpec& spec;
  const ImageInfo& image;
  const std::vector<std::string>& argv;
};

/// Why a container that was made and has not started cannot execute its command: an error of kind no_such_command or
/// not_executable, with the rest of a sentence. Nothing where it can, and where that is not certain: content of mounts,
/// what a runtime adds, and permissions that depend on who asks are not judged. An engine's own init would start
/// without the command and end with a status of its own choice; without an init the engine says it by itself.
[[nodiscard]] std::optional<EngineError> find_unusable_command(Engine& engine, const std::string& container,
                                                               const CommandOrder& order, CallLimits limits);

}  // namespace skillrun::inline v0
