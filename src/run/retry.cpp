#include "run/retry.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace skillrun {

namespace {

/// Of docker, podman and the libraries of Go that both use.
constexpr std::array<std::string_view, 15> passing{
    "timeout",          "timed out",           "connection reset",
    "broken pipe",      "unexpected EOF",      ": EOF",
    "http2: ",          "server misbehaving",  "Temporary failure in name resolution",
    "HTTP status: 500", "HTTP status: 502",    "HTTP status: 503",
    "HTTP status: 504", "Service Unavailable", "Bad Gateway",
};

}  // namespace

bool may_pass(const EngineError& error) noexcept {
  using Kind = EngineError::Kind;
  if (error.kind != Kind::server && error.kind != Kind::refused) return false;
  return std::ranges::any_of(passing,
                             [&](std::string_view words) { return error.message.find(words) != std::string::npos; });
}

bool pause_unless_cancelled(std::chrono::milliseconds time, const Cancellation* cancellation) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + time;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return cancellation == nullptr || !cancellation->cancelled();
    pollfd entry{.fd = cancellation != nullptr ? cancellation->fd() : -1, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left));
    if (ready > 0) return false;
    if (ready < 0 && errno != EINTR) return true;
  }
}

}  // namespace skillrun
