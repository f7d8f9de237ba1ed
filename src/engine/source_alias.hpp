#pragma once

#include <span>
#include <string>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// The name by which an engine is told of a bind source.
[[nodiscard]] const std::string& handed_source(const std::string& source, std::span<const SourceAlias> aliases);

/// The spec as an engine of this machine is told it.
[[nodiscard]] ContainerSpec as_handed(ContainerSpec spec, const StartOptions& options);

}  // namespace skillrun::inline v0
