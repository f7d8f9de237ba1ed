#pragma once

#include <sys/types.h>

#include <vector>

#include <skillrun/containers.hpp>

#include "engine/native/native_container.hpp"

namespace skillrun::inline v0 {

/// What the kernel says is mounted in a container.
struct MountsMade {
  SettingList<Mount> mounts;          ///< those that the spec or the image asks for, at the targets as they say
  std::vector<ForeignValue> foreign;  ///< mounts that nobody asked for, and system mounts that are not what they seem
  bool read_only_root = false;
  std::vector<std::string> masked;     ///< of the paths that the runtime was told to hide, those that nobody can read
  std::vector<std::string> read_only;  ///< likewise of those that nobody can write
};

[[nodiscard]] EngineResult<MountsMade> look_at_mounts(const NativeContainer& container, const ContainerSpec& asked);

}  // namespace skillrun::inline v0
