#include <algorithm>
#include <cmath>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "run/result_document.hpp"
#include "run/run_status.hpp"
#include "support/base64.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// The capture as text where it is text: a cap may have cut the last character in two, which then is left out.
std::optional<std::string_view> as_text(const StreamResult& stream) {
  const auto invalid = find_invalid_utf8(stream.captured);
  if (!invalid) return std::string_view(stream.captured);
  constexpr std::size_t longest_rest = 3;
  if (stream.truncated && *invalid + longest_rest >= stream.captured.size()) {
    return std::string_view(stream.captured).substr(0, *invalid);
  }
  return std::nullopt;
}

/// Short texts stay readable whatever is in them; of longer ones escapes may make no more than twice as many bytes.
constexpr std::size_t short_text = std::size_t{64} << 10;

/// The bytes that JSON makes of a text: six of most control characters, two of some others.
std::size_t escaped_size(std::string_view text) {
  std::size_t size = 0;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t') {
      size += 2;
    } else {
      size += static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
    }
  }
  return size;
}

bool stays_readable(std::string_view text) {
  return text.size() <= short_text || escaped_size(text) / 2 <= text.size();
}

/// Writes one object as pretty() does, and captured output piece by piece.
class DocumentWriter {
 public:
  using Write = std::function<bool(std::string_view)>;

  explicit DocumentWriter(const Write& write) : write_(write) {}

  void member(std::string_view key, json::value value) {
    const std::string text = lines(key, std::move(value));
    write(separator());
    write(text);
  }

  void stream(std::string_view key, const StreamResult& stream) {
    const std::string text = lines(key, json::object{{"bytes", stream.bytes}, {"truncated", stream.truncated}});
    write(separator());
    constexpr std::string_view end = "\n  }";
    write(std::string_view(text).substr(0, text.size() - end.size()));
    if (!stream.captured.empty() || stream.bytes == 0) captured(stream);
    write(end);
  }

  /// False when `write` was, once.
  [[nodiscard]] bool finish() {
    write("\n}\n");
    return good_;
  }

 private:
  /// A multiple of three, so that the pieces of base64 are one text together.
  static constexpr std::size_t piece = std::size_t{48} << 10;

  void write(std::string_view text) { good_ = good_ && write_(text); }
  std::string_view separator() { return std::exchange(first_, false) ? "{\n" : ",\n"; }

  /// A member with its indentation, without what comes before and after it.
  static std::string lines(std::string_view key, json::value value) {
    constexpr std::string_view begin = "{\n";
    constexpr std::string_view end = "\n}\n";
    const std::string text = pretty(json::object{{key, std::move(value)}});
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
  }

  void captured(const StreamResult& stream) {
    auto text = as_text(stream);
    if (text && !stays_readable(*text)) text.reset();
    write(text ? ",\n    \"text\": \"" : ",\n    \"base64\": \"");
    for (std::string_view rest = text.value_or(stream.captured); good_ && !rest.empty();
         rest.remove_prefix(std::min(piece, rest.size()))) {
      if (!text) {
        write(base64_encode(rest.substr(0, piece)));
      } else {
        const std::string quoted = json::serialize(json::string(rest.substr(0, piece)));
        write(std::string_view(quoted).substr(1, quoted.size() - 2));
      }
    }
    write("\"");
  }

  const Write& write_;
  bool first_ = true;
  bool good_ = true;
};

double milliseconds(std::chrono::nanoseconds time) {
  return std::round(std::chrono::duration<double, std::micro>(time).count()) / 1000.0;
}

json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

std::string_view to_string(RunStatus status) noexcept { return run_status_words[static_cast<std::size_t>(status)]; }

namespace {

constexpr int signal_base = 128;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

RunStatus status_of(RunFailure reason) noexcept {
  switch (reason) {
    case RunFailure::refused: return RunStatus::refused;
    case RunFailure::invalid_manifest: return RunStatus::invalid_manifest;
    case RunFailure::no_such_skill: return RunStatus::no_such_skill;
    case RunFailure::image_unavailable: return RunStatus::image_unavailable;
    case RunFailure::engine_unavailable: return RunStatus::engine_unavailable;
    case RunFailure::engine_error: break;
  }
  return RunStatus::engine_error;
}

}  // namespace

RunStatus RunResult::status() const noexcept {
  return std::visit(Overloaded{[](outcome::Exited) { return RunStatus::exited; },
                               [](outcome::Signalled) { return RunStatus::signalled; },
                               [](outcome::OutOfMemory) { return RunStatus::out_of_memory; },
                               [](outcome::TimedOut) { return RunStatus::timed_out; },
                               [](outcome::Cancelled) { return RunStatus::cancelled; },
                               [](outcome::NoSuchCommand) { return RunStatus::engine_error; },
                               [](outcome::NotExecutable) { return RunStatus::engine_error; },
                               [](outcome::Failed failed) { return status_of(failed.reason); }},
                    outcome);
}

std::optional<int> RunResult::signal() const noexcept {
  using Signal = std::optional<int>;
  return std::visit(
      Overloaded{[](outcome::Signalled ended) { return Signal(ended.number); },
                 [](outcome::OutOfMemory) { return Signal(SIGKILL); },
                 [](outcome::TimedOut ended) { return ended.signal; },
                 [](outcome::Cancelled ended) { return ended.signal; },
                 [](outcome::Failed failed) { return failed.signal; }, [](const auto&) { return Signal(); }},
      outcome);
}

std::optional<int> RunResult::exit_code() const noexcept {
  using Code = std::optional<int>;
  return std::visit(
      Overloaded{[](outcome::Exited ended) { return Code(ended.code); },
                 [](outcome::Signalled ended) { return Code(signal_base + ended.number); },
                 [](outcome::OutOfMemory) { return Code(signal_base + SIGKILL); }, [](const auto&) { return Code(); }},
      outcome);
}

int RunResult::exit_status() const noexcept {
  if (const auto code = exit_code()) return *code;
  return std::visit(Overloaded{[](outcome::TimedOut) { return 124; }, [](outcome::Cancelled) { return 130; },
                               [](outcome::NoSuchCommand) { return 127; }, [](outcome::NotExecutable) { return 126; },
                               [](outcome::Failed failed) {
                                 if (failed.reason == RunFailure::refused) return 126;
                                 return failed.reason == RunFailure::no_such_skill ? 127 : 125;
                               },
                               [](const auto&) { return 125; }},
                    outcome);
}

bool write_json(const RunResult& result, const std::function<bool(std::string_view)>& write) {
  const auto or_nothing = [](std::optional<int> number) {
    return number ? json::value(*number) : json::value(nullptr);
  };
  json::object engine{{"kind", or_null(result.engine.kind)},
                      {"transport", or_null(result.engine.transport)},
                      {"endpoint", or_null(result.engine.endpoint)},
                      {"version", or_null(result.engine.version)}};
  json::object times{{"queued", milliseconds(result.times.queued)}, {"image", milliseconds(result.times.image)},
                     {"create", milliseconds(result.times.create)}, {"verify", milliseconds(result.times.verify)},
                     {"start", milliseconds(result.times.start)},   {"run", milliseconds(result.times.run)},
                     {"remove", milliseconds(result.times.remove)}, {"total", milliseconds(result.times.total)}};
  DocumentWriter document(write);
  document.member("version", 1);
  document.member("status", json::value(to_string(result.status())));
  document.member("exit_status", result.exit_status());
  document.member("exit_code", or_nothing(result.exit_code()));
  document.member("signal", or_nothing(result.signal()));
  document.member("message", or_null(result.message));
  document.member("skill", or_null(result.skill));
  document.member("instance", result.instance ? json::value(*result.instance) : json::value(nullptr));
  document.member("image", or_null(result.image));
  document.member("built_image", or_null(result.built_image));
  document.member("image_id", or_null(result.image_id));
  document.member("image_digest", or_null(result.image_digest));
  document.member("container_id", or_null(result.container_id));
  document.member("engine", std::move(engine));
  document.member("policy", or_null(result.policy));
  document.member("policy_digest", or_null(result.policy_digest));
  document.member("findings", to_json_array(result.findings));
  document.member("times", std::move(times));
  document.stream("output", result.output);
  document.stream("error", result.error);
  document.member("input_bytes", result.input_bytes);
  return document.finish();
}

std::string to_json(const RunResult& result) {
  std::string text;
  (void)write_json(result, [&](std::string_view piece) {
    text += piece;
    return true;
  });
  return text;
}

}  // namespace skillrun::inline v0
