#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <poll.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/quiet_thread.hpp"
#include "engine/wire/dial.hpp"
#include "engine/wire/tls.hpp"
#include "support/process/pipe.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

/// What a thread that may be given up hands over.
struct Handoff {
  UniqueFd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;
  std::optional<EngineResult<UniqueFd>> result;
};

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

/// Nobody waits for ever on a machine that does not answer.
void limit_waiting(int fd) {
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);  // bounds connect, too
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/// Blocks; the descriptor too.
EngineResult<UniqueFd> connect_tcp(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found); error != 0) {
    return failure(Kind::unavailable, fmt::format("the host is not known: {}", ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  int error = ECONNREFUSED;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    UniqueFd fd(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) continue;
    limit_waiting(fd.get());
    if (::connect(fd.get(), address->ai_addr, address->ai_addrlen) == 0) return fd;
    error = errno == EINPROGRESS ? ETIMEDOUT : errno;
  }
  if (error == ECONNREFUSED) return failure(Kind::not_listening, "nothing listens on it");
  return failure(Kind::unavailable, fmt::format("cannot connect: {}", std::strerror(error)));
}

EngineResult<UniqueFd> connect_fully(const Endpoint& endpoint) {
  auto connected = connect_tcp(endpoint);
  if (!connected) return connected;
  if (endpoint.tls) return start_tls(std::move(*connected), endpoint.host, *endpoint.tls);
  set_nonblocking(connected->get());
  return connected;
}

}  // namespace

EngineResult<UniqueFd> dial_tcp(const Endpoint& endpoint, const Deadline& deadline) {
  const auto handoff = std::make_shared<Handoff>();
  if (!handoff->done) return failure(Kind::unavailable, fmt::format("eventfd: {}", std::strerror(errno)));
  run_in_background([handoff, endpoint] {
    auto result = connect_fully(endpoint);
    const std::scoped_lock lock(handoff->mutex);
    handoff->result = std::move(result);
    const std::uint64_t one = 1;
    static_cast<void>(::write(handoff->done.get(), &one, sizeof one));
  });
  if (auto ready = deadline.wait(handoff->done.get(), POLLIN); !ready) return std::unexpected(ready.error());
  const std::scoped_lock lock(handoff->mutex);
  return std::move(*handoff->result);
}

}  // namespace skillrun::inline v0
