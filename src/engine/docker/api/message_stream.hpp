#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// The messages that pull, import and build answer with: JSON objects one after another. An error among them is the
/// call's error, although its HTTP status says success. Lines and the states of layers go to the sink.
class MessageStream {
 public:
  explicit MessageStream(ProgressSink progress);
  MessageStream(const MessageStream&) = delete;
  MessageStream& operator=(const MessageStream&) = delete;
  ~MessageStream();

  [[nodiscard]] EngineResult<void> feed(std::string_view bytes);
  /// The stream has ended: a message that is cut is an error.
  [[nodiscard]] EngineResult<void> end();

 private:
  class Reader;
  void say(std::string_view line);

  std::unique_ptr<Reader> reader_;
  ProgressSink progress_;
  std::string partial_line_;

  [[nodiscard]] EngineResult<void> take_message();
};

}  // namespace skillrun::inline v0
