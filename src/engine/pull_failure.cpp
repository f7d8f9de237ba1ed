#include "engine/pull_failure.hpp"

#include <array>
#include <string_view>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Of docker, podman, skopeo and the libraries of Go that they use.
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
  if (told && contains_any(error.message, passing)) error.kind = Kind::transient;
  return error;
}

}  // namespace skillrun::inline v0
