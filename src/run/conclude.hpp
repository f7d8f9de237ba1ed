#pragma once

#include <cstdint>

#include <skillrun/run.hpp>

#include "run/supervise.hpp"

namespace skillrun {

/// Why a container could not be started, as far as its command is to blame.
enum class StartFailure : std::uint8_t { other, not_found, not_invocable };

/// Reads it off the container's state and the engine's words. docker gives exit code 126 or 127, but also for mounts
/// that fail; podman gives none: so the words decide whether it is about the command at all.
[[nodiscard]] StartFailure classify_start_failure(const ContainerState& state, const std::string& words);

/// True once the engine has recorded the container's end.
[[nodiscard]] bool has_ended(const ContainerState& state) noexcept;

/// Writes down how a skill that ran has ended, from what the engine says about its container.
void conclude(RunResult& result, const ContainerState& state, const Ending& ending);

/// Writes down that the run failed for another reason than the skill.
void conclude_failure(RunResult& result, RunStatus otherwise, const EngineError& error);

}  // namespace skillrun
