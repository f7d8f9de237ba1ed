#include "policy/agent_sockets.hpp"

#include <fmt/format.h>

#include "policy/engine_sockets.hpp"
#include "policy/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// While linting the variable may have no value, or one of another machine; its name says enough.
bool names_agent_variable(std::string_view written) noexcept {
  return written.find("${SSH_AUTH_SOCK") != std::string_view::npos ||
         written.find("${DBUS_SESSION_BUS_ADDRESS") != std::string_view::npos;
}

/// A socket at a place that no list knows: somebody listens there, and nobody here can tell what it does for a caller.
bool is_other_socket(const HostView& host, const std::string& path) {
  if (!host.is_socket(path).value_or(false)) return false;
  const std::string real = host.real_path(path).value_or(path);
  const auto engine = host.engine_socket();
  const bool selected = engine && (real == *engine || real == host.real_path(*engine));
  return !selected && !is_engine_socket(path) && !is_engine_socket(real) && !is_agent_socket(real);
}

void check(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (is_agent_socket(host.path) || names_agent_variable(host.origin.text)) {
      sink.report(host.origin, fmt::format("{} lets the skill act with the caller's keys or services", host.text()));
      return true;
    }
    if (may_hold_agent_socket(host.path)) {
      sink.report_at_most(warning, host.origin,
                          fmt::format("{} is where ssh agents, terminals and X keep their sockets", host.text()),
                          "mount a folder below it");
      return true;
    }
    if (host.path != host.declared || !is_other_socket(context.host, host.path)) return false;
    sink.report(host.origin,
                fmt::format("{} is a socket: the skill could have a service of the host act for it", host.text()));
    return true;
  });
}

constexpr Rule rules[] = {
    {.info = {.id = "agent-socket",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of an ssh-agent, gpg-agent, keyring, systemd or D-Bus socket, or of any other socket",
              .why = "agents sign and log in for whoever connects; systemd and D-Bus start programs on the host",
              .remedy = "remove the mount; give the skill the data that it needs instead of the service",
              .source = "own"},
     .check = check},
};

}  // namespace

std::span<const Rule> agent_socket_rules() { return rules; }

}  // namespace skillrun::rules
