#pragma once

#include <skillrun/engine.hpp>

#include "engine/docker/dialect.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// The body of the create request: every member of the spec that concerns an engine, in the API's own fields, and the
/// labels of the run over those of the spec. `platform` and the container's name are query parameters and not in it.
[[nodiscard]] json::object create_body(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                                       const Dialect& dialect);

}  // namespace skillrun::inline v0
