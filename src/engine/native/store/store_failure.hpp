#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "engine/failure.hpp"

namespace skillrun::inline v0 {

/// What the system said about a place of the store, by errno. `what` names the place and what was tried there.
[[nodiscard]] inline EngineError store_error(std::string_view what, int error) {
  using Kind = EngineError::Kind;
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS: return {Kind::permission_denied, fmt::format("{}: {}", what, std::strerror(error))};
    case ENOSPC:
    case EDQUOT:
      return {Kind::server,
              fmt::format("{}: {}; make room on the file system of the image store", what, std::strerror(error))};
    default: return {Kind::server, fmt::format("{}: {}", what, std::strerror(error))};
  }
}

[[nodiscard]] inline std::unexpected<EngineError> store_failure(std::string_view what, int error) {
  return std::unexpected(store_error(what, error));
}

}  // namespace skillrun::inline v0
