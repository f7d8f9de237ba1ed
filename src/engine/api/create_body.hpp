#pragma once

#include <skillrun/engine.hpp>

#include "support/json.hpp"

namespace skillrun {

/// The body of the create request: every member of the spec that concerns an engine, in the API's own fields, and the
/// labels of the run over those of the spec. `platform` is a query parameter and not in it.
[[nodiscard]] json::object create_body(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                                       const EngineInfo& engine);

/// True for a mount that is sent as `source:target:options`: only that form creates a missing source, relabels it and
/// (on podman) knows nocopy. All others go into Mounts, which takes any character.
[[nodiscard]] bool needs_bind_syntax(const Mount& mount, bool podman);

}  // namespace skillrun
