#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// True when `path` is, or holds nothing but, sockets of an ssh-agent, a gpg-agent, a keyring, systemd, D-Bus, X or a
/// terminal multiplexer: each signs, unlocks, types or starts things in the caller's name.
[[nodiscard]] bool is_agent_socket(std::string_view path) noexcept;

/// True for a variable that says where such a socket is, by convention.
[[nodiscard]] bool is_agent_variable(std::string_view name) noexcept;

/// True for a folder that holds such sockets beside other things.
[[nodiscard]] bool may_hold_agent_socket(std::string_view path) noexcept;

}  // namespace skillrun::inline v0
