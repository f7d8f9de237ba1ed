#include "engine/docker/cli/client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "engine/client_environment.hpp"
#include "engine/log.hpp"
#include "engine/request_log.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

using namespace std::string_view_literals;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool holds_one_of(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
  return text;
}

/// The end of long words, from a line's start.
std::string_view last_part(std::string_view words) {
  constexpr std::size_t longest = 2000;
  if (words.size() <= longest) return words;
  words.remove_prefix(words.size() - longest);
  const std::size_t line = words.find('\n');
  return line == std::string_view::npos ? words : words.substr(line + 1);
}

/// What the client says about its failure: from the first line that it marks as an error where it marks one, without
/// the marks and without the log lines of its libraries.
std::string own_words(std::string_view words) {
  std::string result;
  bool marked = false;
  for (std::string_view line : split(words, '\n')) {
    line = trimmed(line);
    if (line.empty() || line.starts_with("time=\"")) continue;
    for (const std::string_view mark : {"Error response from daemon: "sv, "Error: "sv, "ERROR: "sv, "docker: "sv}) {
      if (!line.starts_with(mark)) continue;
      line.remove_prefix(mark.size());
      if (!std::exchange(marked, true)) result.clear();
    }
    if (!result.empty()) result += '\n';
    result += line;
  }
  return result.empty() ? std::string(trimmed(words)) : result;
}

}  // namespace

EngineError client_error(const std::string& program, int status, std::string_view words) {
  using Kind = EngineError::Kind;
  EngineError error{Kind::server, own_words(last_part(trimmed(words)))};
  const std::string text = lower(words);
  if (holds_one_of(text, {"permission denied while trying to connect", "connect: permission denied"})) {
    error.kind = Kind::permission_denied;
  } else if (holds_one_of(text, {"cannot connect to the docker daemon", "cannot connect to podman",
                                 "unable to connect to podman", "is the docker daemon running",
                                 "failed to connect to the docker api", "error during connect"})) {
    error.kind = Kind::unavailable;
  } else if (holds_one_of(text, {"no such container", "no such image", "no such object", "no such volume",
                                 "image not known", "manifest unknown", "not found: manifest", "pull access denied",
                                 "repository does not exist", "name unknown", "does not exist in local storage"})) {
    error.kind = Kind::not_found;
  } else if (status == 1 || status == 125) {
    error.kind = Kind::refused;
  }
  constexpr int signal_base = 128;
  if (error.message.empty()) {
    error.message = status > signal_base ? fmt::format("{} was killed by signal {}", program, status - signal_base)
                                         : fmt::format("{} ended with status {} and said nothing", program, status);
  }
  return error;
}

ProcessRequest Client::request(std::vector<std::string> words) const {
  ProcessRequest request;
  request.program = program_;
  request.arguments = std::move(words);
  request.environment = client_environment();
  if (log::writes(log::Level::debug)) log::debug("{}", shown_words(program_, request.arguments));
  return request;
}

EngineResult<std::string> Client::run(std::vector<std::string> words, CallLimits limits,
                                      const CommandStreams& streams) const {
  return run(request(std::move(words)), limits, streams);
}

EngineResult<std::string> Client::run(const ProcessRequest& request, CallLimits limits,
                                      const CommandStreams& streams) const {
  auto result = run_command(request, limits, streams);
  if (!result) return std::unexpected(result.error());
  if (result->status != 0) return std::unexpected(client_error(program_, result->status, result->error));
  return std::move(result->output);
}

}  // namespace skillrun
