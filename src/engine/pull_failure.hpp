#pragma once

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// The error of a pull: kind transient where it may pass by itself, such as a broken or slow connection or a server
/// that is overloaded.
[[nodiscard]] EngineError error_of_pull(EngineError error);

}  // namespace skillrun::inline v0
