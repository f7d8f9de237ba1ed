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

void set_network(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto network = parse_network(value);
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
  builder.set(slot, std::move(*network), origin);
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
