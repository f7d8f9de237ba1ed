#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// What is of interest in the head of an answer.
struct HttpHead {
  int status = 0;
  std::string server;  ///< "Docker/20.10.24 (linux)", "Libpod/4.3.1 (linux)"
  std::string api_version;
  std::string libpod_version;  ///< only podman sends it
  std::string os_type;
  std::string path_stat;  ///< what stands at a container's path: base64 of JSON

  [[nodiscard]] bool success() const noexcept { return status >= 200 && status < 300; }
};

/// Takes pieces of a body, without copies; an error ends the call.
using BodySink = std::function<EngineResult<void>(std::string_view)>;

/// Reads one HTTP/1.1 answer from bytes in any chunking. The head has at most 64 KiB.
class HttpAnswerReader {
 public:
  /// `head_only`: of the answer to HEAD, which announces a body and has none.
  explicit HttpAnswerReader(BodySink body, bool head_only = false);
  HttpAnswerReader(HttpAnswerReader&&) noexcept;
  HttpAnswerReader& operator=(HttpAnswerReader&&) noexcept;
  ~HttpAnswerReader();

  [[nodiscard]] EngineResult<void> feed(std::string_view bytes);
  /// The connection has ended: an answer that is not complete by that is an error.
  [[nodiscard]] EngineResult<void> end();

  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool done() const;
  /// True when the connection can carry another request after this answer.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] const HttpHead& head() const;

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
  std::string rest_;  ///< bytes that the parser could not use yet
};

/// The error that an answer with a status of 400 or more stands for, in the engine's own words.
[[nodiscard]] EngineError answer_error(int status, std::string_view body);

}  // namespace skillrun::inline v0
