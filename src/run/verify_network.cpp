// Whom it can talk to: networks, ports, name resolution.
#include "run/comparison.hpp"

namespace skillrun {

namespace {

bool is_hex_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Engines write the id of a container or network where a name was given.
bool mode_as_approved(const Comparison& c, const NetworkMode& approved) {
  const std::string& made = c.made.network_mode;
  switch (approved.kind) {
    case NetworkKind::none: return made == "none";
    case NetworkKind::host: return made == "host";
    case NetworkKind::bridge: return made == "bridge" || made == "default";
    case NetworkKind::path: return made == approved.text();
    case NetworkKind::container:
      return made == approved.text() || (made.starts_with("container:") && is_hex_id(made.substr(10)));
    case NetworkKind::named: return made == approved.name || is_hex_id(made) || (c.podman() && made == "bridge");
  }
  return false;
}

bool network_as_approved(const Comparison& c, const NetworkMode& approved, const std::string& made) {
  switch (approved.kind) {
    case NetworkKind::none: return made == "none";
    case NetworkKind::host: return made == "host";
    case NetworkKind::bridge: return made == "bridge" || c.podman();  // podman's default network has any name
    case NetworkKind::named: return made == approved.name || is_hex_id(approved.name);
    case NetworkKind::container:
    case NetworkKind::path: return false;
  }
  return false;
}

void compare_network(Comparison& c) {
  if (!c.spec.network_mode) {
    if (c.made.network_mode != "none") c.added(c.made.network_mode);
    return;
  }
  const NetworkMode& approved = c.spec.network_mode->value;
  const Origin& origin = c.spec.network_mode->origin;
  if (!mode_as_approved(c, approved)) c.differ(origin, approved.text(), c.made.network_mode);
  for (const std::string& network : c.made.networks) {
    if (!network_as_approved(c, approved, network)) c.differ(origin, approved.text(), network);
  }
  if (c.made.networks.size() > 1)
    c.differ(origin, approved.text(), fmt::format("{}", fmt::join(c.made.networks, ", ")));
  for (const std::string& link : c.made.links) c.added(fmt::format("link {}", link));
}

std::string text_of(const PortMapping& port) {
  return fmt::format("{}:{}:{}/{}", port.host_ip.empty() ? "*" : port.host_ip,
                     port.host_port ? std::to_string(*port.host_port) : "any", port.container_port, port.protocol);
}

bool every_interface(const std::string& address) { return address.empty() || address == "0.0.0.0"; }

/// podman chooses a free port here already, docker when the container starts.
bool same_port(const PortMapping& approved, const PortMapping& made) {
  return made.container_port == approved.container_port && made.protocol == approved.protocol &&
         (made.host_ip == approved.host_ip || (every_interface(made.host_ip) && every_interface(approved.host_ip))) &&
         (!approved.host_port || made.host_port == approved.host_port);
}

void compare_ports(Comparison& c) {
  for (const auto& approved : c.spec.ports) {
    if (std::ranges::none_of(c.made.ports, [&](const auto& made) { return same_port(approved.value, made); })) {
      c.differ(approved.origin, text_of(approved.value), "none");
    }
  }
  for (const PortMapping& made : c.made.ports) {
    if (std::ranges::none_of(c.spec.ports, [&](const auto& approved) { return same_port(approved.value, made); })) {
      c.added(text_of(made));
    }
  }
  if (c.made.publish_all) c.added("every exposed port");
}

/// Where the spec names none, the servers are those of the engine's own configuration.
void compare_dns(Comparison& c) {
  if (!c.spec.dns.empty()) c.same_list(c.spec.dns, c.made.dns);
}

void compare_extra_hosts(Comparison& c) {
  std::vector<std::string> approved;
  for (const auto& entry : c.spec.extra_hosts) approved.push_back(entry.value.host + ":" + entry.value.address);
  std::vector<std::string> made = c.made.extra_hosts;
  // podman writes the address that the engine's own name for the host stands for.
  for (const auto& entry : c.spec.extra_hosts) {
    if (entry.value.address != "host-gateway") continue;
    const auto same = [&](const std::string& text) { return text.starts_with(entry.value.host + ":"); };
    const auto found = std::ranges::find_if(made, same);
    if (found != made.end()) *found = entry.value.host + ":host-gateway";
  }
  c.same_entries(c.spec.extra_hosts.empty() ? nullptr : &c.spec.extra_hosts.front().origin, approved, made);
}

constexpr FieldComparison comparisons[] = {
    {"network_mode", compare_network, {}},
    {"ports", compare_ports, {}},
    {"dns", compare_dns, {}},
    {"extra_hosts", compare_extra_hosts, {}},
};

}  // namespace

std::span<const FieldComparison> network_comparisons() { return comparisons; }

}  // namespace skillrun
