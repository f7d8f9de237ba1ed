#pragma once

#include <skillrun/run.hpp>

#include "run/supervise.hpp"

namespace skillrun::inline v0 {

/// True once the engine has recorded the container's end.
[[nodiscard]] bool has_ended(const ContainerState& state) noexcept;

/// Writes down how a skill that ran has ended, from what the engine says about its container.
void conclude(RunResult& result, const ContainerState& state, const Ending& ending);

/// Writes down that the run failed for another reason than the skill.
void conclude_failure(RunResult& result, RunFailure otherwise, const EngineError& error);

}  // namespace skillrun::inline v0
