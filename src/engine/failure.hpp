#pragma once

#include <expected>
#include <string>
#include <utility>

#include <skillrun/engine.hpp>

namespace skillrun {

inline std::unexpected<EngineError> failure(EngineError::Kind kind, std::string message) {
  return std::unexpected(EngineError{kind, std::move(message)});
}

}  // namespace skillrun
