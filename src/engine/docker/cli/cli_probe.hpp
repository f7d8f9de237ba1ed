#pragma once

#include <skillrun/engine.hpp>

#include "engine/docker/cli/client.hpp"
#include "engine/docker/dialect.hpp"

namespace skillrun::inline v0 {

/// What a client says about itself and the engine behind it.
struct CliProbe {
  EngineInfo info;
  Dialect dialect;
};

[[nodiscard]] EngineResult<CliProbe> probe_client(const Client& client, CallLimits limits);

}  // namespace skillrun::inline v0
