#include "engine/failure.hpp"
#include "engine/native/store/image_store.hpp"

namespace skillrun::inline v0 {

EngineResult<void> LocalImages::build_image(const BuildRequest&, const ByteSource&, const ProgressSink&, CallLimits) {
  return failure(EngineError::Kind::unsupported,
                 "images cannot be built from a Dockerfile without an engine: build it with docker or podman, and "
                 "import it");
}

}  // namespace skillrun::inline v0
