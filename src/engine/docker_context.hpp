#pragma once

#include <expected>
#include <optional>
#include <string>

namespace skillrun {

/// Docker's named endpoints, as its own client keeps them below the folder of config.json.

/// The context that config.json selects; nothing when it selects none or "default", or when there is no such file. The
/// error says what is wrong with a file that is there.
[[nodiscard]] std::expected<std::optional<std::string>, std::string> current_docker_context(
    const std::string& config_folder);

/// The address ("unix:///...", "ssh://...") of a context.
[[nodiscard]] std::expected<std::string, std::string> docker_context_host(const std::string& config_folder,
                                                                          const std::string& name);

}  // namespace skillrun
