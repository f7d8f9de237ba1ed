#include "policy/agent_sockets.hpp"

#include <fmt/format.h>

#include "policy/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// While linting the variable may have no value, or one of another machine; its name says enough.
bool names_agent_variable(std::string_view written) noexcept {
  return written.find("${SSH_AUTH_SOCK") != std::string_view::npos ||
         written.find("${DBUS_SESSION_BUS_ADDRESS") != std::string_view::npos;
}

void check(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (!is_agent_socket(host.path) && !names_agent_variable(host.origin.text)) return false;
    sink.report(host.origin, fmt::format("{} lets the skill act with the caller's keys or services", host.text()));
    return true;
  });
}

constexpr Rule rules[] = {
    {.info = {.id = "agent-socket",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of an ssh-agent, gpg-agent, keyring, systemd or D-Bus socket",
              .why = "agents sign and log in for whoever connects; systemd and D-Bus start programs on the host",
              .remedy = "remove the mount",
              .source = "own"},
     .check = check},
};

}  // namespace

std::span<const Rule> agent_socket_rules() { return rules; }

}  // namespace skillrun::rules
