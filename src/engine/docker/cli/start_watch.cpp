#include "engine/docker/cli/start_watch.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/docker/cli/client.hpp"

namespace skillrun::inline v0 {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds first_look{15};
constexpr std::chrono::milliseconds longest_pause{250};

std::string read_available(int fd) {
  constexpr std::size_t most = 65536;
  std::string text;
  std::array<char, 4096> buffer{};
  while (fd >= 0 && text.size() < most) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

bool never_started(const ContainerState& state) noexcept {
  return state.status == "created" || state.status == "configured" || state.status == "initialized";
}

EngineResult<void> await_start(Process& client, int output, int error,
                               const std::function<EngineResult<ContainerState>()>& inspect, CallLimits limits) {
  const auto deadline = Clock::now() + limits.deadline;
  std::chrono::milliseconds pause = first_look;
  bool error_seen = false;
  while (true) {
    std::array<pollfd, 4> entries{{{client.pidfd(), POLLIN, 0},
                                   {output, POLLIN, 0},
                                   {error_seen ? -1 : error, POLLIN, 0},
                                   {limits.cancellation != nullptr ? limits.cancellation->fd() : -1, POLLIN, 0}}};
    ::poll(entries.data(), entries.size(), static_cast<int>(pause.count()));
    if (entries[3].revents != 0) return std::unexpected(EngineError{EngineError::Kind::cancelled, "cancelled"});
    if ((entries[1].revents & POLLIN) != 0) return {};
    const bool client_ended = entries[0].revents != 0;
    error_seen = error_seen || entries[2].revents != 0;

    auto state = inspect();
    if (state && !never_started(*state)) return {};
    if (client_ended) {
      const int status = client.wait(std::chrono::milliseconds{0}).value_or(255);
      return std::unexpected(client_error("the engine's client", status, read_available(error)));
    }
    if (!state) return std::unexpected(state.error());
    if (Clock::now() >= deadline) {
      return std::unexpected(
          EngineError{EngineError::Kind::deadline,
                      fmt::format("the container did not start within {} ms", limits.deadline.count())});
    }
    pause = std::min(pause * 2, longest_pause);
  }
}

}  // namespace skillrun::inline v0
