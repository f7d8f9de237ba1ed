#pragma once

#include <skillrun/policy.hpp>
#include <skillrun/volumes.hpp>

namespace skillrun::inline v0 {

/// Makes the named volumes of an approved spec that the engine does not have, each with the label that says whose it is
/// (see policy/volume_owner.hpp). An engine that makes one by the way, with the container, makes it nobody's: the next
/// run would have to ask for it. Volumes stay when the run is over.
[[nodiscard]] EngineResult<void> ensure_volumes(VolumeStore& volumes, const ApprovedSpec& approved, CallLimits limits);

}  // namespace skillrun::inline v0
