#include "engine/docker/api/message_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/docker/json_fields.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

constexpr std::size_t max_message = std::size_t{1} << 20;
constexpr std::size_t max_line = std::size_t{16} << 10;

/// The error that a message carries, if any.
std::optional<std::string> error_text(const json::object& message) {
  if (const json::object* detail = object_at(message, "errorDetail")) {
    const std::string_view words = text_at(*detail, "message");
    if (!words.empty()) return std::string(words);
  }
  const std::string_view words = text_at(message, "error");
  if (!words.empty()) return std::string(words);
  return message.contains("error") || message.contains("errorDetail") ? std::optional<std::string>("unknown error")
                                                                      : std::nullopt;
}

/// pull's errors carry no code in most versions; these are the words of the engines for "there is no such image".
bool says_not_found(std::string_view words) {
  for (const std::string_view part : {"not found", "manifest unknown", "does not exist", "name unknown"}) {
    if (words.find(part) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

class MessageStream::Reader {
 public:
  json::stream_parser parser;
  std::size_t size = 0;  ///< bytes of the message so far
};

MessageStream::MessageStream(ProgressSink progress)
    : reader_(std::make_unique<Reader>()), progress_(std::move(progress)) {}
MessageStream::~MessageStream() = default;

EngineResult<void> MessageStream::feed(std::string_view bytes) {
  while (true) {
    if (reader_->size == 0) {
      const auto start = bytes.find_first_not_of(" \t\r\n");
      if (start == std::string_view::npos) return {};
      bytes.remove_prefix(start);
    }
    if (bytes.empty()) return {};
    boost::system::error_code error;
    const std::size_t used = reader_->parser.write_some(bytes.data(), bytes.size(), error);
    reader_->size += used;
    if (error || reader_->size > max_message) {
      return std::unexpected(EngineError{
          Kind::protocol,
          fmt::format("the engine's progress is not JSON as expected: '{}'", printable(bytes.substr(0, 80)))});
    }
    bytes.remove_prefix(used);
    if (!reader_->parser.done()) continue;
    if (auto taken = take_message(); !taken) return taken;
    reader_->parser.reset();
    reader_->size = 0;
  }
}

EngineResult<void> MessageStream::end() {
  if (!partial_line_.empty()) say(std::exchange(partial_line_, {}));
  if (reader_->size == 0) return {};
  return std::unexpected(EngineError{Kind::protocol, "the engine's progress ends in the middle of a message"});
}

void MessageStream::say(std::string_view line) {
  const std::string plain = without_colors(line);
  if (progress_ && !plain.empty()) progress_({.kind = ProgressEvent::Kind::line, .text = printable(plain)});
}

EngineResult<void> MessageStream::take_message() {
  const json::value document = reader_->parser.release();
  const json::object* message = document.if_object();
  if (message == nullptr) {
    return std::unexpected(EngineError{Kind::protocol, "the engine's progress holds something that is not a message"});
  }
  if (auto words = error_text(*message)) {
    return std::unexpected(EngineError{says_not_found(*words) ? Kind::not_found : Kind::server, std::move(*words)});
  }
  // A build's own output comes in pieces of lines.
  for (const char c : text_at(*message, "stream")) {
    if (c != '\n' && c != '\r') partial_line_ += c;
    if (c == '\n' || partial_line_.size() >= max_line) say(std::exchange(partial_line_, {}));
  }
  const std::string_view status = text_at(*message, "status");
  const std::string_view id = text_at(*message, "id");
  // The first message of a pull has the tag as its id.
  if (status.empty() || id.empty() || status.starts_with("Pulling from")) {
    say(status);
    return {};
  }
  if (!progress_) return {};
  ProgressEvent event{.kind = ProgressEvent::Kind::layer, .text = printable(status), .layer = printable(id)};
  if (const json::object* detail = object_at(*message, "progressDetail")) {
    event.done = static_cast<std::uint64_t>(std::max<std::int64_t>(number_at(*detail, "current"), 0));
    event.total = static_cast<std::uint64_t>(std::max<std::int64_t>(number_at(*detail, "total"), 0));
  }
  progress_(event);
  return {};
}

}  // namespace skillrun::inline v0
