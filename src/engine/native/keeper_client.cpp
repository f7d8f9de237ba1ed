#include "engine/native/keeper_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "engine/command.hpp"
#include "engine/failure.hpp"
#include "support/process/pipe.hpp"
#include "support/process/spawn.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = EngineError::Kind;

/// Waits until the socket has something to read: an error otherwise.
EngineResult<void> await_readable(int socket, Clock::time_point until, const Cancellation* cancellation) {
  while (true) {
    std::array<pollfd, 2> watched{
        {{.fd = socket, .events = POLLIN, .revents = 0},
         {.fd = cancellation != nullptr ? cancellation->fd() : -1, .events = POLLIN, .revents = 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0 && watched[0].revents != 0) return {};
    if (ready > 0) return failure(Kind::cancelled, "interrupted");
    if (ready == 0) return failure(Kind::deadline, "the keeper of the container did not answer in time");
    if (errno != EINTR) return failure(Kind::server, std::generic_category().message(errno));
  }
}

}  // namespace

EngineResult<std::unique_ptr<KeeperClient>> KeeperClient::start(const std::string& program, const Streams& streams) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return failure(Kind::server, fmt::format("no socket: {}", std::generic_category().message(errno)));
  }
  UniqueFd ours = raised(ends[0]);
  const UniqueFd theirs = raised(ends[1]);
  auto process = spawn({.program = program,
                        .arguments = {},
                        .environment = {},
                        .input = streams.input,
                        .output = streams.output,
                        .error = streams.error,
                        .directory = "/",
                        .extra = theirs.get(),
                        .has_terminal = false});
  if (!process) return std::unexpected(engine_error(process.error()));
  return std::make_unique<KeeperClient>(std::move(*process), std::move(ours));
}

EngineResult<std::vector<UniqueFd>> KeeperClient::ask(const KeeperMessage& request, CallLimits limits) {
  const std::scoped_lock lock(mutex_);
  if (!socket_) return failure(Kind::not_found, "the container is gone");
  if (const std::error_code error = send_message(socket_.get(), request)) {
    return failure(Kind::server, fmt::format("the keeper of the container is gone: {}", error.message()));
  }
  while (true) {
    auto answer = receive(limits);
    if (!answer) {
      ++owed_;
      return std::unexpected(answer.error());
    }
    const bool is_answer = answer->word() == "done" || answer->word() == "failed";
    if (is_answer && owed_ > 0) {
      --owed_;
      continue;
    }
    if (answer->word() == "done") return std::move(answer->descriptors);
    if (answer->word() == "failed" && answer->words.size() == 2)
      return failure(Kind::server, printable(answer->words[1]));
    note_end(*answer);
  }
}

EngineResult<KeeperClient::End> KeeperClient::await_end(CallLimits limits) {
  const std::scoped_lock lock(mutex_);
  while (!end_) {
    if (!socket_) return failure(Kind::not_found, "the container is gone");
    const auto message = receive(limits);
    if (!message) return std::unexpected(message.error());
    note_end(*message);
  }
  return *end_;
}

std::optional<KeeperClient::End> KeeperClient::end() {
  const std::scoped_lock lock(mutex_);
  while (!end_ && socket_) {
    const auto message = receive({.deadline = std::chrono::milliseconds{0}, .cancellation = nullptr});
    if (!message) break;
    note_end(*message);
  }
  return end_;
}

EngineResult<void> KeeperClient::finish(CallLimits limits) {
  const std::scoped_lock lock(mutex_);
  socket_.reset();
  if (process_.wait(limits.deadline)) return {};
  return failure(Kind::deadline, "the container's processes do not end");
}

EngineResult<KeeperMessage> KeeperClient::receive(CallLimits limits) {
  const auto until = Clock::now() + limits.deadline;
  if (auto ready = await_readable(socket_.get(), until, limits.cancellation); !ready) {
    return std::unexpected(ready.error());
  }
  auto message = receive_message(socket_.get());
  if (!message) return failure(Kind::server, fmt::format("the keeper of the container: {}", message.error().message()));
  if (message->words.empty()) return failure(Kind::server, "the keeper of the container has ended");
  return std::move(*message);
}

/// What is read while nothing is asked is the end, or an answer that came late.
void KeeperClient::note_end(const KeeperMessage& message) {
  if (message.word() == "done" || message.word() == "failed") --owed_;
  if (message.word() != "exited" || message.words.size() != 3) return;
  int status = 0;
  std::from_chars(message.words[1].data(), message.words[1].data() + message.words[1].size(), status);
  end_ = End{.status = status, .out_of_memory = message.words[2] == "yes"};
}

}  // namespace skillrun::inline v0
