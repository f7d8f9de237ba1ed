#pragma once

#include <expected>
#include <optional>
#include <string>

namespace skillrun::inline v0 {

/// Docker's named endpoints, as its own client keeps them below the folder of config.json.

/// The context that config.json selects; nothing when it selects none or "default", or when there is no such file. The
/// error says what is wrong with a file that is there.
[[nodiscard]] std::expected<std::optional<std::string>, std::string> current_docker_context(
    const std::string& config_folder);

/// A named endpoint.
struct DockerContext {
  std::string host;                       ///< "unix:///...", "tcp://...", "ssh://..."
  std::optional<std::string> tls_folder;  ///< holds ca.pem and, where they are needed, cert.pem and key.pem
};

/// What a context says. One that skips the verification of certificates is an error.
[[nodiscard]] std::expected<DockerContext, std::string> find_docker_context(const std::string& config_folder,
                                                                            const std::string& name);

}  // namespace skillrun::inline v0
