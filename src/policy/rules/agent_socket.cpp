#include "policy/places/agent_sockets.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <skillrun/host_view.hpp>

#include "policy/places/engine_sockets.hpp"
#include "policy/rules/support/rule_support.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// While linting the variable may have no value, or one of another machine; its name says enough.
bool names_agent_variable(const Origin& origin) noexcept {
  return std::ranges::any_of(origin.expansions,
                             [](const Expansion& expansion) { return is_agent_variable(expansion.variable); });
}

/// A socket at a place that no list knows: somebody listens there, and nobody here can tell what it does for a caller.
bool is_other_socket(const HostView& host, const std::string& path) {
  if (!host.is_socket(path).value_or(false)) return false;
  const std::string real = host.real_path(path).value_or(path);
  const auto engine = host.engine_socket();
  const bool selected = engine && (real == *engine || real == host.real_path(*engine));
  return !selected && !is_engine_socket(path) && !is_engine_socket(real) && !is_agent_socket(real);
}

/// The first socket right in the folder, by name; empty when there is none.
std::string socket_in(const HostView& host, const std::string& folder) {
  std::string first;
  const auto entries = host.entries(folder);
  if (!entries) return first;
  for (const HostView::Entry& entry : *entries) {
    if (entry.is_socket && (first.empty() || entry.name < first)) first = entry.name;
  }
  return first;
}

void check(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (is_agent_socket(host.path) || names_agent_variable(host.origin)) {
      sink.report(host.origin, fmt::format("{} lets the skill act with the caller's keys or services", host.text()));
      return true;
    }
    if (may_hold_agent_socket(host.path)) {
      sink.report(host.origin, fmt::format("{} is where ssh agents, terminals and X keep their sockets", host.text()),
                  "mount a folder below it");
      return true;
    }
    if (host.path != host.declared) return false;
    if (is_other_socket(context.host, host.path)) {
      sink.report(host.origin,
                  fmt::format("{} is a socket: the skill could have a service of the host act for it", host.text()));
      return true;
    }
    const std::string socket = host.build_context ? std::string() : socket_in(context.host, host.path);
    if (socket.empty()) return false;
    // The working directory is the caller's choice, and programs under development listen in it.
    sink.report_at_most(is_workdir(context, host) ? warning : error, host.origin,
                        fmt::format("{} holds the socket {}: the skill could have the service behind it act for it",
                                    host.text(), printable(socket)),
                        "mount a folder without sockets");
    return true;
  });
}

/// What the rule of that name says for others too.
constexpr std::string_view agent_socket_covers[] = {"home-secrets-mount", "mount-outside-roots", "sensitive-mount",
                                                    "writable-mount"};

constexpr Rule rules[] = {
    {.info = {.id = "agent-socket",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a mount of an ssh-agent, gpg-agent, keyring, systemd or D-Bus socket, or of any other socket",
              .why = "agents sign and log in for whoever connects; systemd and D-Bus start programs on the host",
              .remedy = "remove the mount; give the skill the data that it needs instead of the service",
              .source = "own",
              .covers = agent_socket_covers},
     .check = check},
};

}  // namespace

std::span<const Rule> agent_socket_rules() { return rules; }

}  // namespace skillrun::rules
