#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/docker/cli/client.hpp"
#include "engine/docker/podman_root.hpp"

namespace skillrun::inline v0 {

/// Engine::look_at() through docker's program, which follows no link at the end of a path that it copies from. Ended
/// once the first header of its archive is there.
[[nodiscard]] EngineResult<ContainerEntry> look_by_copying(const Client& client, const std::string& id,
                                                           const std::string& path, CallLimits limits);

/// The first entry of a tar archive of which `bytes` are the beginning; nothing while that is not enough.
[[nodiscard]] std::optional<EngineResult<ContainerEntry>> first_entry(std::string_view bytes);

/// Has podman's program, which follows links where it copies, mount the root of a container.
[[nodiscard]] EngineResult<PodmanRoot> mount_podman_root(const Client& client, const EngineInfo& engine,
                                                         const std::string& id, CallLimits limits);
void unmount_podman_root(const Client& client, const EngineInfo& engine, const std::string& id, CallLimits limits);

}  // namespace skillrun::inline v0
