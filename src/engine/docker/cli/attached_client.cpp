#include "engine/docker/cli/attached_client.hpp"

namespace skillrun::inline v0 {

EngineResult<void> AttachedClient::finish(CallLimits limits) {
  if (process_.wait(limits.deadline)) return {};
  process_.terminate(std::chrono::seconds{1});
  return std::unexpected(
      EngineError{EngineError::Kind::deadline, "the engine's client did not end with the container"});
}

}  // namespace skillrun::inline v0
