#pragma once

#include <skillrun/engine.hpp>

#include "engine/cli/argv.hpp"
#include "engine/cli/client.hpp"

namespace skillrun {

/// What a client says about itself and the engine behind it.
struct CliProbe {
  EngineInfo info;
  CliDialect dialect;
};

[[nodiscard]] EngineResult<CliProbe> probe_client(const Client& client, CallLimits limits);

}  // namespace skillrun
