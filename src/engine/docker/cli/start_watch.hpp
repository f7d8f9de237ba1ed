#pragma once

#include <functional>
#include <string>

#include <skillrun/engine.hpp>

#include "support/process/process.hpp"

namespace skillrun::inline v0 {

/// Waits until a container that a client was told to start has really started, so that what the client itself has to
/// say about a failure never passes for output of the skill. `inspect` asks the engine for the container's state.
///
/// Ok: it runs, or has run. An error holds the client's words. No byte of `output` or `error` is consumed unless the
/// start failed.
[[nodiscard]] EngineResult<void> await_start(Process& client, int output, int error,
                                             const std::function<EngineResult<ContainerState>()>& inspect,
                                             CallLimits limits);

/// True for a state that a container has before its first start.
[[nodiscard]] bool never_started(const ContainerState& state) noexcept;

}  // namespace skillrun::inline v0
