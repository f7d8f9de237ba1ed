#include <cmath>
#include <string>
#include <string_view>

#include <skillrun/run.hpp>

#include "run/run_status.hpp"
#include "support/base64.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun {

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

json::object stream_object(const StreamResult& stream) {
  json::object object{{"bytes", stream.bytes}, {"truncated", stream.truncated}};
  if (stream.captured.empty() && stream.bytes > 0) return object;
  if (const auto text = as_text(stream); text) {
    object["text"] = *text;
  } else {
    object["base64"] = base64_encode(stream.captured);
  }
  return object;
}

double milliseconds(std::chrono::nanoseconds time) {
  return std::round(std::chrono::duration<double, std::micro>(time).count()) / 1000.0;
}

json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

std::string_view to_string(RunStatus status) noexcept { return run_status_words[static_cast<std::size_t>(status)]; }

int RunResult::exit_status() const noexcept {
  if (not_found) return 127;
  if (not_invocable) return 126;
  switch (status) {
    case RunStatus::exited:
    case RunStatus::signalled:
    case RunStatus::out_of_memory: return exit_code;
    case RunStatus::timed_out: return 124;
    case RunStatus::refused: return 126;
    case RunStatus::no_such_skill: return 127;
    case RunStatus::cancelled: return 130;
    case RunStatus::invalid_manifest:
    case RunStatus::image_unavailable:
    case RunStatus::engine_unavailable:
    case RunStatus::engine_error: return 125;
  }
  return 125;
}

std::string to_json(const RunResult& result) {
  const bool ended = result.status == RunStatus::exited || result.status == RunStatus::signalled ||
                     result.status == RunStatus::out_of_memory;
  json::object engine{{"kind", or_null(result.engine.kind)},
                      {"transport", or_null(result.engine.transport)},
                      {"endpoint", or_null(result.engine.endpoint)},
                      {"version", or_null(result.engine.version)}};
  json::object times{{"queued", milliseconds(result.times.queued)}, {"image", milliseconds(result.times.image)},
                     {"create", milliseconds(result.times.create)}, {"verify", milliseconds(result.times.verify)},
                     {"start", milliseconds(result.times.start)},   {"run", milliseconds(result.times.run)},
                     {"remove", milliseconds(result.times.remove)}, {"total", milliseconds(result.times.total)}};
  json::object document;
  document["version"] = 1;
  document["status"] = to_string(result.status);
  document["exit_status"] = result.exit_status();
  document["exit_code"] = ended ? json::value(result.exit_code) : json::value(nullptr);
  document["signal"] = result.signal ? json::value(*result.signal) : json::value(nullptr);
  document["message"] = or_null(result.message);
  document["skill"] = or_null(result.skill);
  document["instance"] = result.instance ? json::value(*result.instance) : json::value(nullptr);
  document["image"] = or_null(result.image);
  document["built_image"] = or_null(result.built_image);
  document["image_id"] = or_null(result.image_id);
  document["image_digest"] = or_null(result.image_digest);
  document["container_id"] = or_null(result.container_id);
  document["engine"] = std::move(engine);
  document["policy"] = or_null(result.policy);
  document["policy_digest"] = or_null(result.policy_digest);
  document["findings"] = to_json_array(result.findings);
  document["times"] = std::move(times);
  document["output"] = stream_object(result.output);
  document["error"] = stream_object(result.error);
  document["input_bytes"] = result.input_bytes;
  return pretty(document);
}

}  // namespace skillrun
