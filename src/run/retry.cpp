#include "run/retry.hpp"

#include <poll.h>

#include <cerrno>

namespace skillrun::inline v0 {

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

}  // namespace skillrun::inline v0
