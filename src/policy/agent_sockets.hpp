#pragma once

#include <string_view>

namespace skillrun {

/// True when `path` is, or holds nothing but, sockets of an ssh-agent, a gpg-agent, a keyring, systemd or D-Bus: each
/// signs, unlocks or starts things in the caller's name.
[[nodiscard]] bool is_agent_socket(std::string_view path) noexcept;

}  // namespace skillrun
