#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/docker/dialect.hpp"

namespace skillrun::inline v0 {

/// What of the spec this engine would drop or read as something else: old servers and podman ignore what they do not
/// know. Asked before anything is created.
[[nodiscard]] std::vector<EngineGap> find_gaps(const ContainerSpec& spec, const Dialect& dialect);

/// The setting that a warning of the create answer says was discarded, if it says so and the spec has it.
[[nodiscard]] std::optional<EngineGap> gap_of_warning(const ContainerSpec& spec, std::string_view warning);

}  // namespace skillrun::inline v0
