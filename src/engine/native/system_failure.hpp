#pragma once

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "engine/failure.hpp"

namespace skillrun::inline v0 {

/// The system's words for errno.
[[nodiscard]] inline std::string last_error() { return std::generic_category().message(errno); }

/// What the system said about a path, by errno.
[[nodiscard]] inline std::unexpected<EngineError> system_failure(const std::string& path) {
  const auto kind =
      errno == EACCES || errno == EPERM ? EngineError::Kind::permission_denied : EngineError::Kind::server;
  return failure(kind, fmt::format("'{}': {}", path, last_error()));
}

}  // namespace skillrun::inline v0
