#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <skillrun/engine.hpp>

#include "engine/wire/endpoint.hpp"
#include "engine/wire/http_answer.hpp"
#include "engine/wire/unix_socket.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

struct HttpRequest {
  /// `to` is path and query, percent-encoded.
  HttpRequest(std::string_view with_method, std::string to) : method(with_method), target(std::move(to)) {}

  HttpRequest& carrying(std::string_view type, std::string bytes) {
    content_type = type;
    body = std::move(bytes);
    return *this;
  }
  /// `value` must hold no line break.
  HttpRequest& with_header(std::string_view name, const std::string& value) {
    headers.append(name).append(": ").append(value).append("\r\n");
    return *this;
  }
  /// The body comes from `source`, which must outlive the call, and is sent in chunks.
  HttpRequest& uploading(std::string_view type, const ByteSource& source) {
    content_type = type;
    upload = &source;
    return *this;
  }

  std::string_view method;
  std::string target;
  std::string headers;  ///< further ones, each with its line break
  std::string_view content_type;
  std::string body;
  const ByteSource* upload = nullptr;
};

struct HttpAnswer {
  HttpHead head;
  std::string body;  ///< what no sink took
};

/// A connection of its own whose answer has begun: its head is read and every byte after that is still in the socket.
struct OpenedStream {
  UniqueFd fd;
  HttpAnswerReader answer;
};

/// An HTTP/1.1 client of one engine that keeps one connection. An engine that has closed it in the meantime costs a
/// new connection; a request is repeated only when the engine cannot have carried it out.
class HttpClient {
 public:
  explicit HttpClient(Endpoint endpoint, UniqueFd connected = {})
      : endpoint_(std::move(endpoint)), fd_(std::move(connected)) {}

  /// The answer, whatever its status. The body of a success goes to `sink` where there is one.
  [[nodiscard]] EngineResult<HttpAnswer> exchange(const HttpRequest& request, CallLimits limits,
                                                  const BodySink& sink = {});

  /// Sends the request on a connection of its own and reads the head of the answer. A status of 400 and more is an
  /// error. `body` takes what is fed to the reader afterwards.
  [[nodiscard]] EngineResult<OpenedStream> open(const HttpRequest& request, bool upgrade, CallLimits limits,
                                                BodySink body);

 private:
  struct Attempt;
  [[nodiscard]] EngineResult<HttpAnswer> exchange_quietly(const HttpRequest& request, CallLimits limits,
                                                          const BodySink& sink);
  [[nodiscard]] EngineResult<HttpAnswer> attempt(const HttpRequest& request, const Deadline& deadline,
                                                 const BodySink& sink, Attempt& state);

  [[nodiscard]] EngineResult<UniqueFd> connect(const Deadline& deadline) const;

  Endpoint endpoint_;
  UniqueFd fd_;
  bool used_ = false;  ///< fd_ has carried an answer
};

/// A text as one component of a path or a query value.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view also_allowed = {});

}  // namespace skillrun::inline v0
