#pragma once

#include <string_view>

#include <skillrun/engine.hpp>

#include "engine/docker/dialect.hpp"

namespace skillrun::inline v0 {

/// Reads an answer to inspect: an object, or a list of one as the clients print it. Where an engine says what was asked
/// for in words of its own (an id for a name, a path below another root), it is what was asked for. Pure; a text of
/// another shape is a protocol error.
[[nodiscard]] EngineResult<ObservedContainer> read_container(std::string_view answer, const Dialect& dialect,
                                                             const AskedContainer& asked);

/// True where a bind takes mounts over that its host makes later (propagation slave or rslave).
[[nodiscard]] bool has_slaves(const ContainerSpec& made);

/// docker makes a bind of its data root, of what holds it and of what lies in it rslave where no propagation is asked
/// for (validateBindDaemonRoot, which compares the paths by their beginnings): so that what it unmounts later is not
/// held by the container. That is what was asked for.
void forget_slaves_of_data_root(ContainerSpec& made, const ContainerSpec& asked, std::string_view root);

}  // namespace skillrun::inline v0
