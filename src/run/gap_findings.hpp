#pragma once

#include <span>
#include <string>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// What an engine could not honour, before anything is asked of it: an error for what the spec declares, an info for a
/// policy's default that gives way.
[[nodiscard]] Findings findings_of_gaps(const ContainerSpec& spec, const EngineInfo& engine,
                                        std::span<const EngineGap> gaps);

/// The same of what this engine says of the spec.
[[nodiscard]] Findings gap_findings(const Engine& engine, const ContainerSpec& spec);

/// How messages speak of an engine: "docker", "podman", "native engine".
[[nodiscard]] std::string spoken_name(const EngineInfo& engine);

/// What is said of a run that ends for such an error.
[[nodiscard]] std::string cannot_honour(const EngineInfo& engine);

/// An info: a policy's default does nothing on the engine.
[[nodiscard]] Finding default_without_effect(const ContainerSpec& spec, const Origin& origin, std::string_view setting,
                                             std::string_view reason);

}  // namespace skillrun::inline v0
