#pragma once

#include <expected>
#include <string>
#include <vector>

#include <skillrun/spec.hpp>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// A file or folder of this machine that a container gets to see, held open under the name that was judged.
struct HeldSource {
  std::string path;  ///< a real path
  UniqueFd fd;       ///< O_PATH
  bool folder = false;
};

/// Opens the source of each bind of an approved spec without following a link anywhere: the names are real paths, so a
/// link that is there now was put there after they were judged. Otherwise why nothing may run.
[[nodiscard]] std::expected<std::vector<HeldSource>, Findings> hold_sources(const ContainerSpec& approved);

}  // namespace skillrun::inline v0
