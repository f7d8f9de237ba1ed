#include "engine/docker/api/attachment.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/docker/json_fields.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_wait_body = std::size_t{64} << 10;

}  // namespace

EngineResult<std::unique_ptr<ApiAttachment>> ApiAttachment::open(HttpClient& client, const std::string& prefix,
                                                                 const StartOptions& options, CallLimits limits) {
  std::unique_ptr<ApiAttachment> attachment(new ApiAttachment(options));
  const HttpRequest attach(
      "POST", fmt::format("{}/attach?stream=1&stdin={}&stdout=1&stderr=1", prefix, options.standard_input ? 1 : 0));
  auto stream = client.open(attach, true, limits, [](std::string_view) { return EngineResult<void>{}; });
  if (!stream) return std::unexpected(stream.error());
  attachment->stream_ = std::move(stream->fd);

  // The engine answers with the head as soon as it watches: sent before start, so that no end comes too early for it.
  const HttpRequest wait("POST", prefix + "/wait?condition=next-exit");
  ApiAttachment* const self = attachment.get();
  auto waiting = client.open(wait, false, limits, [self](std::string_view bytes) -> EngineResult<void> {
    if (self->wait_body_.size() + bytes.size() > max_wait_body) {
      return std::unexpected(EngineError{EngineError::Kind::protocol, "the answer to wait is too long"});
    }
    self->wait_body_ += bytes;
    return {};
  });
  if (!waiting) return std::unexpected(waiting.error());
  attachment->wait_ = std::move(waiting->fd);
  attachment->wait_answer_ = std::move(waiting->answer);
  return attachment;
}

void ApiAttachment::close_input() {
  if (!input_open_) return;
  input_open_ = false;
  ::shutdown(stream_.get(), SHUT_WR);
}

EngineResult<void> ApiAttachment::finish(CallLimits limits) {
  using Kind = EngineError::Kind;
  const Deadline deadline(limits);
  std::array<char, 4096> buffer;
  while (!wait_answer_.done()) {
    const auto got = ::recv(wait_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      if (auto fed = wait_answer_.feed({buffer.data(), static_cast<std::size_t>(got)}); !fed) return fed;
    } else if (got == 0 || errno == ECONNRESET) {
      if (auto ended = wait_answer_.end(); !ended) return ended;
    } else if (errno == EAGAIN) {
      if (auto ready = deadline.wait(wait_.get(), POLLIN); !ready) return std::unexpected(ready.error());
    } else if (errno != EINTR) {
      return std::unexpected(EngineError{Kind::unavailable, fmt::format("waiting: {}", std::strerror(errno))});
    }
  }
  auto answer = parse_object(wait_body_, "wait");
  if (!answer) return std::unexpected(answer.error());
  if (!answer->contains("StatusCode")) {
    return std::unexpected(EngineError{Kind::protocol, "the answer to wait has no StatusCode"});
  }
  const json::object* failure = object_at(*answer, "Error");
  const std::string_view words = failure != nullptr ? text_at(*failure, "Message") : std::string_view();
  if (!words.empty()) return std::unexpected(EngineError{Kind::server, std::string(words)});
  return {};
}

}  // namespace skillrun::inline v0
