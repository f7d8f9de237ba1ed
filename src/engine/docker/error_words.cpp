#include "engine/docker/error_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string_view>

namespace skillrun {

namespace {

using namespace std::string_view_literals;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool holds_one_of(const std::string& text, std::span<const std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

/// Of the OCI runtimes: how they begin to speak of the command.
constexpr std::array about_the_command{"exec: \""sv, "exec user process"sv, "exec format error"sv, "executable"sv};
constexpr std::array missing{"not found"sv, "no such file"sv};

/// Of docker, podman and the libraries of Go that both use.
constexpr std::array<std::string_view, 15> passing{
    "timeout",          "timed out",           "connection reset",
    "broken pipe",      "unexpected EOF",      ": EOF",
    "http2: ",          "server misbehaving",  "Temporary failure in name resolution",
    "HTTP status: 500", "HTTP status: 502",    "HTTP status: 503",
    "HTTP status: 504", "Service Unavailable", "Bad Gateway",
};

}  // namespace

EngineError error_of_pull(EngineError error) {
  using Kind = EngineError::Kind;
  const bool told = error.kind == Kind::server || error.kind == Kind::refused;
  if (told && holds_one_of(error.message, passing)) error.kind = Kind::transient;
  return error;
}

EngineError error_of_start(EngineError error, const ContainerState& state) {
  const std::string text = lower(state.error.empty() ? error.message : state.error);
  if (!holds_one_of(text, about_the_command)) return error;
  const bool told = state.exit_code == 126 || state.exit_code == 127;
  const bool is_missing = told ? state.exit_code == 127 : holds_one_of(text, missing);
  error.kind = is_missing ? EngineError::Kind::no_such_command : EngineError::Kind::not_executable;
  return error;
}

}  // namespace skillrun
