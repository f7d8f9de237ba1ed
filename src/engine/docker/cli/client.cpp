#include "engine/docker/cli/client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "engine/client_environment.hpp"
#include "engine/log.hpp"
#include "engine/request_log.hpp"
#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

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
  const std::string text = to_lower(words);
  if (contains_any(text, std::array{"permission denied while trying to connect"sv, "connect: permission denied"sv})) {
    error.kind = Kind::permission_denied;
  } else if (contains_any(text, std::array{"cannot connect to the docker daemon"sv, "cannot connect to podman"sv,
                                           "unable to connect to podman"sv, "is the docker daemon running"sv,
                                           "failed to connect to the docker api"sv, "error during connect"sv})) {
    error.kind = Kind::unavailable;
  } else if (contains_any(
                 text,
                 std::array{"no such container"sv, "no such image"sv, "no such object"sv, "no such volume"sv,
                            "image not known"sv, "manifest unknown"sv, "not found: manifest"sv, "pull access denied"sv,
                            "repository does not exist"sv, "name unknown"sv, "does not exist in local storage"sv})) {
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

}  // namespace skillrun::inline v0
