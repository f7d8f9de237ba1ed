#include "engine/wire/unix_socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "engine/failure.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

EngineError connect_error(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR: return {Kind::absent, "no such socket"};
    case EACCES:
    case EPERM: return {Kind::permission_denied, "permission denied"};
    case ECONNREFUSED: return {Kind::not_listening, "nothing listens on it"};
    default: return {Kind::unavailable, fmt::format("cannot connect: {}", std::strerror(number))};
  }
}

}  // namespace

/// Events that are there, 0 when `longest` has passed.
EngineResult<short> Deadline::poll_once(int fd, short events, std::chrono::milliseconds longest) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
  const auto timeout = std::max(std::min(left, longest), std::chrono::milliseconds{0});
  std::array<pollfd, 2> entries{
      {{.fd = fd, .events = events, .revents = 0},
       {.fd = cancellation_ != nullptr ? cancellation_->fd() : -1, .events = POLLIN, .revents = 0}}};
  const int ready = ::poll(entries.data(), entries.size(), static_cast<int>(timeout.count()));
  if (ready < 0 && errno != EINTR) return failure(Kind::unavailable, fmt::format("poll: {}", std::strerror(errno)));
  if (ready > 0 && entries[1].revents != 0) return failure(Kind::cancelled, "cancelled");
  if (ready > 0) return entries[0].revents;
  if (left <= left.zero()) return failure(Kind::deadline, fmt::format("no answer within {} ms", allowed_.count()));
  return short{0};
}

EngineResult<short> Deadline::wait(int fd, short events) const {
  constexpr std::chrono::hours longest{1};
  while (true) {
    auto ready = poll_once(fd, events, longest);
    if (!ready || *ready != 0) return ready;
  }
}

EngineResult<void> Deadline::pause(std::chrono::milliseconds time) const {
  if (auto ready = poll_once(-1, 0, time); !ready) return std::unexpected(ready.error());
  return {};
}

EngineResult<UniqueFd> connect_unix(const std::string& path, const Deadline& deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path || path.find('\0') != std::string::npos) {
    return failure(Kind::unavailable, fmt::format("the path of a socket has at most {} bytes, this one has {}",
                                                  sizeof address.sun_path - 1, path.size()));
  }
  std::ranges::copy(path, std::begin(address.sun_path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return failure(Kind::unavailable, fmt::format("socket: {}", std::strerror(errno)));
  while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return std::unexpected(connect_error(errno));
    // The listener's queue is full, and there is nothing to poll for: ask again shortly.
    if (auto paused = deadline.pause(std::chrono::milliseconds{5}); !paused) return std::unexpected(paused.error());
  }
  return fd;
}

EngineResult<void> send_all(int fd, std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto ready = deadline.wait(fd, POLLOUT); !ready) return std::unexpected(ready.error());
    } else if (errno != EINTR) {
      return failure(Kind::unavailable, "the engine closed the connection");
    }
  }
  return {};
}

}  // namespace skillrun::inline v0
