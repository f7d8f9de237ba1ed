// Which network, and what it shows.
#include <arpa/inet.h>
#include <fmt/format.h>

#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

bool is_ip_address(std::string_view text) {
  in6_addr buffer{};
  const std::string terminated(text);
  return inet_pton(AF_INET, terminated.c_str(), &buffer) == 1 || inet_pton(AF_INET6, terminated.c_str(), &buffer) == 1;
}

namespace {

void set_endpoint(SpecBuilder& builder, NetworkEndpoint endpoint, const Origin& origin) {
  ContainerSpec& spec = builder.spec;
  for (std::string& alias : endpoint.aliases) spec.network_aliases.push_back({std::move(alias), origin});
  for (std::string& address : endpoint.link_local_ips) spec.link_local_ips.push_back({std::move(address), origin});
  for (KeyValue& option : endpoint.driver_options) spec.network_driver_options.push_back({std::move(option), origin});
  if (!endpoint.ipv4_address.empty()) builder.set(spec.ipv4_address, std::move(endpoint.ipv4_address), origin);
  if (!endpoint.ipv6_address.empty()) builder.set(spec.ipv6_address, std::move(endpoint.ipv6_address), origin);
  if (!endpoint.mac_address.empty()) builder.set(spec.mac_address, std::move(endpoint.mac_address), origin);
  if (endpoint.gateway_priority) builder.set(spec.gateway_priority, *endpoint.gateway_priority, origin);
}

}  // namespace

void set_network(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto network = parse_network_attachment(value);
  if (!network) {
    builder.problem("invalid-value", origin, network.error().message, "write none, bridge or a network's name");
    return;
  }
  Optional<NetworkMode>& slot = builder.spec.network_mode;
  if (slot && slot->origin.kind == OriginKind::extra_args && origin.kind == OriginKind::extra_args) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is a second network", printable(value)),
                    "a skill has one network; keep one of them");
    return;
  }
  builder.set(slot, std::move(network->mode), origin);
  set_endpoint(builder, std::move(network->endpoint), origin);
}

void add_ports(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto ports = parse_ports(value);
  if (!ports) {
    builder.problem("invalid-value", origin, ports.error().message, "write [IP:][HOST:]CONTAINER[/PROTOCOL]");
    return;
  }
  for (PortMapping& port : *ports) builder.spec.ports.push_back({std::move(port), origin});
}

void add_dns(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_ip_address(value)) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is no IP address", printable(value)),
                    "name a DNS server by its address");
    return;
  }
  builder.spec.dns.push_back({value, origin});
}

void add_extra_host(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto host = parse_extra_host(value);
  if (!host) {
    builder.problem("invalid-value", origin, host.error().message, "write HOST:ADDRESS");
    return;
  }
  builder.spec.extra_hosts.push_back({std::move(*host), origin});
}

}  // namespace skillrun
