#pragma once

#include <string_view>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// Readers of lists of containers. A member of another type than promised is a protocol error: what is listed decides
/// what is removed.

/// What the API answers to GET /containers/json, docker's and podman's.
[[nodiscard]] EngineResult<std::vector<ListedContainer>> read_container_list(std::string_view text);
/// What `inspect --type=container` prints.
[[nodiscard]] EngineResult<std::vector<ListedContainer>> read_inspected_containers(std::string_view text);

}  // namespace skillrun::inline v0
