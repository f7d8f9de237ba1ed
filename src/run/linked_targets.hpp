#pragma once

#include <string>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// Why a mount would not come to lie where its target says: an engine resolves targets inside of the container one
/// after another, and a link in one of them, of the image or of a folder that is mounted, can lead it elsewhere than
/// the mounts below it. Looked at are the targets that lie below another mount or have one below them; components that
/// do not exist are made by the engine. `container` was created and has not started. Each place is asked for once.
[[nodiscard]] EngineResult<Findings> find_linked_targets(Engine& engine, const std::string& container,
                                                         const ContainerSpec& approved, CallLimits limits);

}  // namespace skillrun::inline v0
