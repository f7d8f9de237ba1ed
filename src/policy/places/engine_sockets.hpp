#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// True when `path` is the socket of a container engine, or a place where engines keep theirs. Whoever may write to
/// such a socket is root on the host.
[[nodiscard]] bool is_engine_socket(std::string_view path) noexcept;

/// True when `path` is a folder that would hold such a socket, now or after the engine restarts.
[[nodiscard]] bool holds_engine_socket(std::string_view path) noexcept;

}  // namespace skillrun::inline v0
