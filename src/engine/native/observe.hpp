#pragma once

#include <optional>
#include <string>

#include <skillrun/containers.hpp>

#include "engine/native/native_container.hpp"

namespace skillrun::inline v0 {

/// What the kernel says of a container that was made and has not started: its namespaces, mounts, limits and rights,
/// and of its configuration what only the runtime knows before it executes the command. What a spec cannot say is
/// foreign.
[[nodiscard]] EngineResult<ObservedContainer> observe_container(const NativeContainer& container,
                                                                const AskedContainer& asked);

/// What is wrong with the process of a container that has started, as half a sentence; nothing where all is as
/// approved, or it has ended already. Waits for its program.
[[nodiscard]] std::optional<std::string> find_fault_after_start(const NativeContainer& container);

}  // namespace skillrun::inline v0
