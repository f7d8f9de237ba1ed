// Whom it can talk to: networks, ports, name resolution.
#include "run/comparison.hpp"

namespace skillrun {

namespace {

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
  for (const MadeEndpoint& made : c.made.networks) {
    if (!network_as_approved(c, approved, made.network)) c.differ(origin, approved.text(), made.network);
  }
  if (c.made.networks.size() > 1) {
    c.differ(origin, approved.text(), fmt::format("{} networks", c.made.networks.size()));
  }
}

/// Of the network that it is attached to; empty before it is.
NetworkEndpoint endpoint_of(const Comparison& c) {
  return c.made.networks.empty() ? NetworkEndpoint() : c.made.networks.front().settings;
}

/// Engines give further names: the container's id, its name.
void compare_aliases(Comparison& c) {
  const NetworkEndpoint made = endpoint_of(c);
  for (const auto& alias : c.spec.network_aliases) {
    if (std::ranges::find(made.aliases, alias.value) == made.aliases.end()) c.differ(alias.origin, alias.value, "none");
  }
}

void compare_driver_options(Comparison& c) {
  std::vector<std::pair<std::string, std::string>> made;
  for (const KeyValue& option : endpoint_of(c).driver_options) made.emplace_back(option.key, option.value);
  c.same_pairs(c.spec.network_driver_options, made);
}

void compare_address(Comparison& c, const Optional<std::string>& approved, const std::string& made) {
  if (approved && approved->value != made) {
    c.differ(approved->origin, approved->value, made.empty() ? "any" : made);
  } else if (!approved && !made.empty()) {
    c.added(made);
  }
}

void compare_ipv4(Comparison& c) { compare_address(c, c.spec.ipv4_address, endpoint_of(c).ipv4_address); }
void compare_ipv6(Comparison& c) { compare_address(c, c.spec.ipv6_address, endpoint_of(c).ipv6_address); }

void compare_link_local(Comparison& c) { c.same_list(c.spec.link_local_ips, endpoint_of(c).link_local_ips); }

/// Where the spec names none the engine gives one, at the latest when it starts. Before API 1.44 the address belonged
/// to the container.
void compare_mac(Comparison& c) {
  const auto& approved = c.spec.mac_address;
  if (!approved) return;
  const std::string made = c.made.mac_address.empty() ? endpoint_of(c).mac_address : c.made.mac_address;
  if (made != approved->value) c.differ(approved->origin, approved->value, made.empty() ? "any" : made);
}

void compare_gateway(Comparison& c) {
  const auto& approved = c.spec.gateway_priority;
  const std::int64_t made = endpoint_of(c).gateway_priority.value_or(0);
  if (made == (approved ? approved->value : 0)) return;
  c.differ(approved ? approved->origin : Origin{}, std::to_string(approved ? approved->value : 0),
           std::to_string(made));
}

/// docker writes "/container:/own-name/alias" for "container:alias".
void compare_links(Comparison& c) {
  std::vector<std::string> made;
  for (const std::string& link : c.made.links) {
    const std::size_t colon = std::min(link.find(':'), link.size());
    std::string_view container = std::string_view(link).substr(0, colon);
    if (container.starts_with('/')) container.remove_prefix(1);
    const std::string_view alias = std::string_view(link).substr(std::min(colon + 1, link.size()));
    made.push_back(fmt::format("{}:{}", container, alias.substr(alias.rfind('/') + 1)));
  }
  std::vector<std::string> approved;
  for (const auto& link : c.spec.links) approved.push_back(link.value.container + ":" + link.value.alias);
  c.same_entries(c.spec.links.empty() ? nullptr : &c.spec.links.front().origin, approved, made);
}

/// The image's own come with it.
void compare_exposed(Comparison& c) {
  for (const auto& port : c.spec.exposed_ports) {
    const auto& made = c.made.exposed_ports;
    if (std::ranges::find(made, port.value) == made.end()) c.differ(port.origin, port.value, "none");
  }
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
}

void compare_publish_all(Comparison& c) {
  const bool approved = c.spec.publish_all && c.spec.publish_all->value;
  if (c.made.publish_all && !approved) c.added("every exposed port");
  if (!c.made.publish_all && approved) c.differ(c.spec.publish_all->origin, "every exposed port", "none");
}

// Where the spec names none, they are those of the engine's own configuration.
void compare_dns(Comparison& c) {
  if (!c.spec.dns.empty()) c.same_list(c.spec.dns, c.made.dns);
}
void compare_dns_options(Comparison& c) {
  if (!c.spec.dns_options.empty()) c.same_list(c.spec.dns_options, c.made.dns_options);
}
void compare_dns_search(Comparison& c) {
  if (!c.spec.dns_search.empty()) c.same_list(c.spec.dns_search, c.made.dns_search);
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

constexpr FieldComparison network_rows[] = {
    {"network_mode", compare_network, {}},
    {"network_aliases", compare_aliases, {}},
    {"network_driver_options", compare_driver_options, {}},
    {"ipv4_address", compare_ipv4, {}},
    {"ipv6_address", compare_ipv6, {}},
    {"link_local_ips", compare_link_local, {}},
    {"mac_address", compare_mac, {}},
    {"gateway_priority", compare_gateway, {}},
    {"links", compare_links, {}},
    {"exposed_ports", compare_exposed, {}},
    {"ports", compare_ports, {}},
    {"publish_all", compare_publish_all, {}},
    {"dns", compare_dns, {}},
    {"dns_options", compare_dns_options, {}},
    {"dns_search", compare_dns_search, {}},
    {"extra_hosts", compare_extra_hosts, {}},
};

}  // namespace

std::span<const FieldComparison> network_comparisons() { return network_rows; }

}  // namespace skillrun
