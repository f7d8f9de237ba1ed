#pragma once

#include <expected>
#include <memory>
#include <string>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// An engine behind its command-line client, docker's or podman's: asks the client who answers. `program` is a name
/// looked up in PATH, or a path. The error tells "not installed" (unavailable), "no permission" and "not running"
/// (unavailable, in the client's words) apart.
[[nodiscard]] std::expected<std::unique_ptr<Engine>, EngineError> make_cli_engine(const std::string& program,
                                                                                  CallLimits limits);

}  // namespace skillrun::inline v0
