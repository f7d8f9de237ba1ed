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

}  // namespace skillrun::inline v0
