#pragma once

#include <cstddef>
#include <string>

#include <skillrun/containers.hpp>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// Looks into the root file system of a container, an image's as anybody may have made it, by its folder's descriptor.
/// No link leads out of it.

/// As ContainerBackend::look_at(): kind unsupported where a component before the last is a link.
[[nodiscard]] EngineResult<ContainerEntry> look_into(int root, const std::string& path);

/// The text of a file, links followed within the root; empty where there is none. More than `limit` bytes, and what is
/// no file, are an error.
[[nodiscard]] EngineResult<std::string> read_within(int root, const std::string& path, std::size_t limit);

/// A folder, links followed within the root; no descriptor where there is none.
[[nodiscard]] UniqueFd open_folder_within(int root, const std::string& path);

}  // namespace skillrun::inline v0
