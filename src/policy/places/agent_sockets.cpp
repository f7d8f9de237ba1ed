#include "policy/places/agent_sockets.hpp"

#include <algorithm>

#include "policy/places/paths.hpp"

namespace skillrun::inline v0 {

namespace {

/// Written with /run; /var/run is the same place.
constexpr std::string_view agent_places[] = {
    "/run/systemd",        "/run/dbus",         "/run/gdm",        "/run/user/*/systemd", "/run/user/*/bus",
    "/run/user/*/dbus-1",  "/run/user/*/gnupg", "/run/user/*/gcr", "/run/user/*/keyring", "/run/user/*/ssh-agent",
    "/run/user/*/p11-kit", "/run/screen",       "/run/tmux",
};

/// Of names in /tmp: the sockets of ssh agents, terminal multiplexers, X and D-Bus, or the folders that hold them.
constexpr std::string_view agent_beginnings[] = {"ssh-", "tmux-", "screens", ".X11-unix", ".ICE-unix", "dbus-"};

/// Names that say what they are wherever they stand.
constexpr std::string_view agent_names[] = {"system_bus_socket", "ssh-agent.socket", "ssh-agent.sock", "ssh-agent",
                                            "ssh_auth_sock",     "ssh-auth.sock",    "openssh_agent",  "agent.sock"};

}  // namespace

bool is_agent_socket(std::string_view path) noexcept {
  const std::string_view place = without_var(path);
  if (std::ranges::any_of(agent_places, [&](std::string_view known) { return matches_within(place, known); }))
    return true;
  const std::string_view name = last_component(path);
  if (std::ranges::find(agent_names, name) != std::end(agent_names) || name.starts_with("S.gpg-agent")) return true;
  return matches_within(path, "/tmp/*") && std::ranges::any_of(agent_beginnings, [&](std::string_view beginning) {
           return path.substr(5).starts_with(beginning);
         });
}

bool is_agent_variable(std::string_view name) noexcept {
  return name == "SSH_AUTH_SOCK" || name == "DBUS_SESSION_BUS_ADDRESS";
}

bool may_hold_agent_socket(std::string_view path) noexcept { return path == "/tmp"; }

}  // namespace skillrun::inline v0
