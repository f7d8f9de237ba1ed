#include "engine/wire/http_answer.hpp"

#include <fmt/format.h>

#include <boost/beast/http/basic_parser.hpp>
#include <optional>

#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;
using Kind = EngineError::Kind;

constexpr std::uint32_t max_head = 64 * 1024;
// A line of chunk framing that does not end is as bad as a head that does not.
constexpr std::size_t max_rest = 2 * std::size_t{max_head};

/// What an engine sent instead of the API's answer, short enough for a message.
std::string excerpt(std::string_view bytes) {
  constexpr std::size_t longest = 80;
  return printable(bytes.substr(0, longest)) + (bytes.size() > longest ? "..." : "");
}

}  // namespace

class HttpAnswerReader::Parser final : public http::basic_parser<false> {
 public:
  Parser(BodySink body, bool head_only) : body_(std::move(body)) {
    skip(head_only);
    header_limit(max_head);
    body_limit(boost::none);
    eager(true);
  }

  HttpHead head;
  std::optional<EngineError> sink_error;

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code& error) override {
    error = http::error::bad_version;
  }
  void on_response_impl(int status, string_view, int, error_code&) override { head.status = status; }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    if (boost::beast::iequals(name, "Server")) head.server = value;
    if (boost::beast::iequals(name, "Api-Version")) head.api_version = value;
    if (boost::beast::iequals(name, "Libpod-Api-Version")) head.libpod_version = value;
    if (boost::beast::iequals(name, "Ostype")) head.os_type = value;
    if (boost::beast::iequals(name, "X-Docker-Container-Path-Stat")) head.path_stat = value;
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code& error) override { return give(bytes, error); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& error) override {
    return give(bytes, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t give(string_view bytes, error_code& error) {
    if (auto given = body_({bytes.data(), bytes.size()}); !given) {
      sink_error = given.error();
      error = http::error::partial_message;
    }
    return bytes.size();
  }

  BodySink body_;
};

HttpAnswerReader::HttpAnswerReader(BodySink body, bool head_only)
    : parser_(std::make_unique<Parser>(std::move(body), head_only)) {}
HttpAnswerReader::HttpAnswerReader(HttpAnswerReader&&) noexcept = default;
HttpAnswerReader& HttpAnswerReader::operator=(HttpAnswerReader&&) noexcept = default;
HttpAnswerReader::~HttpAnswerReader() = default;

EngineResult<void> HttpAnswerReader::feed(std::string_view bytes) {
  if (!rest_.empty()) {
    rest_ += bytes;
    bytes = rest_;
  }
  std::size_t used = 0;
  while (used < bytes.size() && !parser_->is_done()) {
    error_code error;
    const std::size_t taken = parser_->put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    if (parser_->sink_error) return std::unexpected(*parser_->sink_error);
    used += taken;
    if (error == http::error::need_more || (!error && taken == 0)) break;
    if (error) {
      return std::unexpected(
          EngineError{Kind::protocol, fmt::format("the answer is not HTTP as the Engine API speaks it ({}): '{}'",
                                                  error.message(), excerpt(bytes.substr(used)))});
    }
  }
  if (bytes.size() - used > max_rest) {
    return std::unexpected(EngineError{Kind::protocol, "the answer's framing does not end"});
  }
  rest_ = std::string(bytes.substr(used));
  return {};
}

EngineResult<void> HttpAnswerReader::end() {
  if (parser_->is_done()) return {};
  error_code error;
  if (parser_->got_some()) parser_->put_eof(error);
  if (!parser_->got_some() || error || !parser_->is_done()) {
    return std::unexpected(
        EngineError{Kind::unavailable, parser_->got_some() || !rest_.empty()
                                           ? "the engine closed the connection in the middle of its answer"
                                           : "the engine closed the connection without an answer"});
  }
  return {};
}

bool HttpAnswerReader::head_done() const { return parser_->is_header_done(); }
bool HttpAnswerReader::done() const { return parser_->is_done(); }
bool HttpAnswerReader::keep_alive() const { return done() && rest_.empty() && parser_->keep_alive(); }
const HttpHead& HttpAnswerReader::head() const { return parser_->head; }

EngineError answer_error(int status, std::string_view body) {
  std::string message;
  boost::system::error_code error;
  const json::value document = json::parse(body, error);
  if (const json::object* object = error ? nullptr : document.if_object(); object != nullptr) {
    const json::value* words = object->if_contains("message");
    if (words != nullptr && words->is_string()) message = words->get_string();
  }
  if (message.empty()) {
    message = fmt::format("HTTP status {}{}{}", status, body.empty() ? "" : ": ", excerpt(body));
  }
  Kind kind = Kind::refused;
  if (status == 404) kind = Kind::not_found;
  if (status == 401 || status == 403) kind = Kind::permission_denied;
  if (status >= 500) kind = Kind::server;
  if (status == 501) kind = Kind::unsupported;
  if (status < 400) kind = Kind::protocol;
  return {kind, std::move(message)};
}

}  // namespace skillrun::inline v0
