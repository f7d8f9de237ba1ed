#pragma once

#include <skillrun/engine.hpp>

#include "engine/wire/endpoint.hpp"
#include "engine/wire/unix_socket.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// A connection to an engine: a stream socket, non-blocking and close-on-exec, of which each direction can be shut down
/// alone. Behind TLS and ssh it is one end of a pair; a thread or a process carries the bytes on, and ends with it.
[[nodiscard]] EngineResult<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline);

/// A connected pair of sockets: the first as dial() promises, the second blocks.
[[nodiscard]] EngineResult<std::pair<UniqueFd, UniqueFd>> make_socket_pair();

/// A TCP connection; resolving the name and connecting can be cancelled.
[[nodiscard]] EngineResult<UniqueFd> dial_tcp(const Endpoint& endpoint, const Deadline& deadline);

/// `docker system dial-stdio` on another machine, through the ssh program of PATH. ssh cannot ask for a password: it
/// has to find a key or an agent. What it says is logged as a warning, before the connection of an ssh that ended is
/// found closed.
[[nodiscard]] EngineResult<UniqueFd> dial_ssh(const Endpoint& endpoint, const Deadline& deadline);

}  // namespace skillrun::inline v0
