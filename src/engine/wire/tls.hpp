#pragma once

#include <string>

#include <skillrun/engine.hpp>

#include "engine/wire/endpoint.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// Speaks TLS (1.2 or newer) over a connected, blocking socket: the result is a socket for what is inside. Who answers
/// must show a certificate for `host` that ca.pem vouches for; cert.pem and key.pem, where they are, are shown to it.
/// A thread carries the bytes and ends when both sides have.
[[nodiscard]] EngineResult<UniqueFd> start_tls(UniqueFd connected, const std::string& host, const TlsFiles& files);

}  // namespace skillrun::inline v0
