#pragma once

#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// True when `path` is the socket of a container engine, or a place where engines keep theirs. Whoever may write to
/// such a socket is root on the host.
[[nodiscard]] bool is_engine_socket(std::string_view path) noexcept;

/// Of such sockets and places the first that the folder `path` would hold, now or after the engine restarts; empty when
/// it holds none. Those of a home are relative to it.
[[nodiscard]] std::string held_engine_socket(std::string_view path);

}  // namespace skillrun::inline v0
