#pragma once

#include <expected>
#include <string>
#include <utility>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

inline std::unexpected<EngineError> failure(EngineError::Kind kind, std::string message) {
  return std::unexpected(EngineError{kind, std::move(message)});
}

}  // namespace skillrun::inline v0
