#include "engine/wire/dial.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "support/process/pipe.hpp"

namespace skillrun::inline v0 {

EngineResult<std::pair<UniqueFd, UniqueFd>> make_socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return std::unexpected(
        EngineError{EngineError::Kind::unavailable, fmt::format("socketpair: {}", std::strerror(errno))});
  }
  set_nonblocking(fds[0]);
  return std::pair(UniqueFd(fds[0]), UniqueFd(fds[1]));
}

EngineResult<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline) {
  switch (endpoint.kind) {
    case Endpoint::Kind::socket: return connect_unix(endpoint.path, deadline);
    case Endpoint::Kind::tcp: return dial_tcp(endpoint, deadline);
    case Endpoint::Kind::ssh: return dial_ssh(endpoint, deadline);
  }
  return std::unexpected(EngineError{EngineError::Kind::unsupported, "no known way to connect"});
}

}  // namespace skillrun::inline v0
