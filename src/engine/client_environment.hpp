#pragma once

#include <string>
#include <vector>

namespace skillrun::inline v0 {

/// The caller's variables that an engine's client needs to find its engine, its configuration, its credentials and
/// the network, as NAME=VALUE. Everything else stays behind: variables that change what a client makes of its command
/// line (DOCKER_DEFAULT_PLATFORM, DOCKER_CONTENT_TRUST, ...) above all.
[[nodiscard]] std::vector<std::string> client_environment();

/// The value of one of the caller's variables; empty when unset.
[[nodiscard]] std::string caller_variable(const char* name);

}  // namespace skillrun::inline v0
