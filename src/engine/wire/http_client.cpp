#include "engine/wire/http_client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>

#include "engine/failure.hpp"
#include "engine/log.hpp"
#include "engine/request_log.hpp"
#include "engine/wire/dial.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

constexpr std::size_t max_body = std::size_t{16} << 20;
constexpr std::size_t max_error_body = std::size_t{64} << 10;
constexpr std::size_t max_head_size = std::size_t{64} << 10;
constexpr std::size_t read_size = std::size_t{32} << 10;

std::string render(const HttpRequest& request, bool upgrade) {
  std::string out =
      fmt::format("{} {} HTTP/1.1\r\nHost: docker\r\nUser-Agent: skillrun\r\n", request.method, request.target);
  out += request.headers;
  if (upgrade) out += "Connection: Upgrade\r\nUpgrade: tcp\r\n";
  if (!request.content_type.empty()) out += fmt::format("Content-Type: {}\r\n", request.content_type);
  if (request.upload != nullptr) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (request.method != "GET" || !request.body.empty()) {
    out += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  out += "\r\n";
  return out + request.body;
}

/// True when an idle connection has been closed, or holds bytes that nobody asked for.
bool stale(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

/// The next bytes; none at the end of the stream.
EngineResult<std::string_view> receive(int fd, std::span<char> buffer, int flags, const Deadline& deadline) {
  while (true) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), flags);
    if (got >= 0) return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    if (errno == ECONNRESET) return std::string_view();
    if (errno == EAGAIN) {
      if (auto ready = deadline.wait(fd, POLLIN); !ready) return std::unexpected(ready.error());
    } else if (errno != EINTR) {
      return failure(Kind::unavailable, fmt::format("reading the engine's answer: {}", std::strerror(errno)));
    }
  }
}

/// Tells the log of a request and its answer, where anybody listens.
class RequestLog {
 public:
  explicit RequestLog(const HttpRequest& request) : request_(request) {}

  /// A `status` of 0: there was no answer.
  void answered(int status) const {
    if (!log::writes(log::Level::debug)) return;
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin_;
    log::debug("{}: {}, {:.1f} ms", shown_request(request_.method, request_.target, request_.body),
               status == 0 ? "no answer" : fmt::format("status {}", status), time.count());
  }

 private:
  const HttpRequest& request_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

/// How far a request has come: what tells whether it may be repeated.
struct HttpClient::Attempt {
  bool sent = false;      ///< at least one byte left
  bool answered = false;  ///< at least one byte came
  bool closed = false;    ///< the engine closed the connection
};

EngineResult<HttpAnswer> HttpClient::attempt(const HttpRequest& request, const Deadline& deadline, const BodySink& sink,
                                             Attempt& state) {
  std::string collected;
  HttpAnswerReader* reading = nullptr;
  const auto take = [&](std::string_view bytes) -> EngineResult<void> {
    const bool success = reading->head().success();
    if (success && sink) return sink(bytes);
    if (collected.size() + bytes.size() > (success ? max_body : max_error_body)) {
      if (success) return failure(Kind::protocol, fmt::format("the answer has more than {} bytes", max_body));
      bytes = bytes.substr(0, max_error_body - collected.size());
    }
    collected += bytes;
    return {};
  };
  HttpAnswerReader reader(take, request.method == "HEAD");
  reading = &reader;

  std::string out = render(request, false);
  std::size_t sent = 0;
  bool upload_open = request.upload != nullptr;
  bool writable = true;
  std::array<char, read_size> buffer;
  while (!reader.done()) {
    if (sent == out.size() && upload_open && writable) {
      auto piece = (*request.upload)();
      if (!piece) return std::unexpected(piece.error());
      upload_open = !piece->empty();
      out = fmt::format("{:x}\r\n{}\r\n", piece->size(), *piece);
      sent = 0;
    }
    if (sent < out.size() && writable) {
      const auto count = ::send(fd_.get(), out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
      if (count > 0) {
        sent += static_cast<std::size_t>(count);
        state.sent = true;
      } else if (count < 0 && errno != EAGAIN && errno != EINTR) {
        writable = false;  // there may be an answer that says why: read on
      }
    }
    const bool pending = writable && (sent < out.size() || upload_open);
    auto ready = pending ? deadline.wait(fd_.get(), POLLIN | POLLOUT) : deadline.wait(fd_.get(), POLLIN);
    if (!ready) return std::unexpected(ready.error());
    if ((*ready & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    auto got = receive(fd_.get(), buffer, 0, deadline);
    if (!got) return std::unexpected(got.error());
    if (got->empty()) {
      state.closed = true;
      if (auto ended = reader.end(); !ended) return std::unexpected(ended.error());
      break;
    }
    state.answered = true;
    if (auto fed = reader.feed(*got); !fed) return std::unexpected(fed.error());
  }
  const bool complete = sent == out.size() && !upload_open && writable;
  if (!reader.keep_alive() || !complete || state.closed) fd_.reset();
  return HttpAnswer{reader.head(), std::move(collected)};
}

EngineResult<UniqueFd> HttpClient::connect(const Deadline& deadline) const {
  auto connected = dial(endpoint_, deadline);
  if (connected) return connected;
  const std::string place = endpoint_.kind == Endpoint::Kind::socket ? endpoint_.path : endpoint_.address();
  return failure(connected.error().kind, fmt::format("{}: {}", place, connected.error().message));
}

EngineResult<HttpAnswer> HttpClient::exchange(const HttpRequest& request, CallLimits limits, const BodySink& sink) {
  const RequestLog log(request);
  auto answer = exchange_quietly(request, limits, sink);
  log.answered(answer ? answer->head.status : 0);
  return answer;
}

EngineResult<HttpAnswer> HttpClient::exchange_quietly(const HttpRequest& request, CallLimits limits,
                                                      const BodySink& sink) {
  const Deadline deadline(limits);
  if (fd_ && used_ && stale(fd_.get())) fd_.reset();
  bool reused = fd_ && used_;
  while (true) {
    if (!fd_) {
      auto connected = connect(deadline);
      if (!connected) return std::unexpected(connected.error());
      fd_ = std::move(*connected);
      used_ = false;
    }
    Attempt state;
    auto answer = attempt(request, deadline, sink, state);
    if (answer) {
      used_ = true;
      return answer;
    }
    fd_.reset();
    // Closed while it was idle, just before this request came: nothing that changes anything was carried out.
    const bool harmless = !state.sent || request.method == "GET" || request.method == "HEAD";
    const bool repeat = reused && state.closed && !state.answered && harmless && request.upload == nullptr;
    if (!repeat) return answer;
    reused = false;
  }
}

EngineResult<OpenedStream> HttpClient::open(const HttpRequest& request, bool upgrade, CallLimits limits,
                                            BodySink body) {
  const RequestLog log(request);
  const Deadline deadline(limits);
  auto connected = connect(deadline);
  if (!connected) return std::unexpected(connected.error());
  OpenedStream stream{std::move(*connected), HttpAnswerReader(std::move(body))};
  const int fd = stream.fd.get();
  if (auto sent = send_all(fd, render(request, upgrade), deadline); !sent) return std::unexpected(sent.error());

  // Look before taking: what follows the head belongs to whoever polls the socket afterwards.
  constexpr std::string_view head_end = "\r\n\r\n";
  std::string head;
  std::array<char, 4096> buffer;
  while (!head.ends_with(head_end)) {
    auto seen = receive(fd, buffer, MSG_PEEK, deadline);
    if (!seen) return std::unexpected(seen.error());
    if (seen->empty()) return failure(Kind::unavailable, "the engine closed the connection without an answer");
    const std::size_t before = head.size();
    head += *seen;
    const auto found = head.find(head_end, before < 3 ? 0 : before - 3);
    if (found != std::string::npos) head.resize(found + head_end.size());
    const auto taken = ::recv(fd, buffer.data(), head.size() - before, 0);
    if (taken < 0 || static_cast<std::size_t>(taken) != head.size() - before) {
      return failure(Kind::unavailable, "reading the engine's answer failed");
    }
    if (head.size() > max_head_size) return failure(Kind::protocol, "the head of the answer does not end");
  }
  if (auto fed = stream.answer.feed(head); !fed) return std::unexpected(fed.error());
  const int status = stream.answer.head().status;
  log.answered(status);
  if (status >= 200 && status < 300) return stream;
  if (status == 101 && upgrade) return stream;

  std::string words;
  HttpAnswerReader refusal([&words](std::string_view bytes) -> EngineResult<void> {
    words += bytes.substr(0, max_error_body - words.size());
    return {};
  });
  auto fed = refusal.feed(head);
  while (fed && !refusal.done()) {
    auto got = receive(fd, buffer, 0, deadline);
    if (!got || got->empty()) break;
    fed = refusal.feed(*got);
  }
  return std::unexpected(answer_error(status, words));
}

std::string percent_encode(std::string_view text, std::string_view also_allowed) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || std::string_view("-._~").contains(c) || also_allowed.contains(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace skillrun::inline v0
