#pragma once

#include <optional>
#include <span>
#include <string>

#include <skillrun/engine.hpp>

#include "support/written_places.hpp"

namespace skillrun::inline v0 {

/// Who else could put something else under a real path, as half a sentence: another user who may write to one of the
/// folders above it. Nothing when only root and the caller can.
[[nodiscard]] std::optional<std::string> who_can_swap(const std::string& path);

/// The sources that the engine is told by a name which somebody else can make lead elsewhere before it looks, as
/// findings: binds without an alias, and folders that a volume's options bind. Somebody else is another user, or a
/// skill that runs now and can write above it. `begun`: since when this run's own skill is on record as one that can.
[[nodiscard]] Findings find_swappable_sources(const ContainerSpec& approved, std::span<const SourceAlias> aliases,
                                              std::optional<WallTime> begun);

}  // namespace skillrun::inline v0
