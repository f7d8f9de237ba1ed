// How the container appears on its network.
#include <algorithm>

#include <fmt/format.h>

#include "spec/scan.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

void invalid(SpecBuilder& builder, const Origin& origin, std::string_view what, const std::string& value,
             std::string remedy) {
  builder.problem("invalid-value", origin, fmt::format("'{}' is no {}", printable(value), what), std::move(remedy));
}

/// Labels of letters, digits and inner dashes, separated by dots; "." alone switches the search off.
bool is_search_domain(std::string_view text) {
  if (text == ".") return true;
  if (text.empty() || text.size() > 253) return false;
  return std::ranges::all_of(split(text, '.'), [](std::string_view label) {
    return !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
           std::ranges::all_of(label, [](char byte) { return is_alnum(byte) || byte == '-'; });
  });
}

/// Where the options of an endpoint were declared. docker rejects an option that stands in the CSV form of --network
/// and in a flag of its own.
struct Places {
  const Origin* in_network = nullptr;
  const Origin* elsewhere = nullptr;

  void add(const Origin& origin, const Optional<NetworkMode>& mode) {
    (mode && origin.field == mode->origin.field ? in_network : elsewhere) = &origin;
  }
};

template <class T>
Places places(const List<T>& list, const Optional<NetworkMode>& mode) {
  Places result;
  for (const auto& entry : list) result.add(entry.origin, mode);
  return result;
}

template <class T>
Places places(const Optional<T>& setting, const Optional<NetworkMode>& mode) {
  Places result;
  if (setting) result.add(setting->origin, mode);
  return result;
}

/// An option of an endpoint: `user_defined` ones need a network that somebody made, the others any network but none.
void check_option(SpecBuilder& builder, std::string_view what, const Places& found, bool user_defined) {
  const Optional<NetworkMode>& mode = builder.spec.network_mode;
  if (found.in_network != nullptr && found.elsewhere != nullptr) {
    builder.problem("invalid-value", *found.elsewhere, fmt::format("{} is given by --network and by itself", what),
                    "keep one of them");
  }
  const Origin* origin = found.elsewhere != nullptr ? found.elsewhere : found.in_network;
  if (origin == nullptr) return;
  const bool named = mode && mode->value.kind == NetworkKind::named;
  const bool bridge = mode && mode->value.kind == NetworkKind::bridge;
  if (named || (bridge && !user_defined)) return;
  builder.problem(
      "invalid-value", *origin,
      fmt::format("{} means nothing {}", what, mode ? "on the network " + mode->value.text() : "without a network"),
      user_defined ? "name a network that was made for it, or remove this" : "set network, or remove this");
}

}  // namespace

void add_network_alias(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_engine_name(value))
    return invalid(builder, origin, "network alias", value, "use letters, digits, '-' and '.'");
  builder.spec.network_aliases.push_back({value, origin});
}

void set_ipv4_address(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_ipv4_address(value)) return invalid(builder, origin, "IPv4 address", value, "write one such as 10.0.0.5");
  builder.set(builder.spec.ipv4_address, value, origin);
}

void set_ipv6_address(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_ipv6_address(value)) return invalid(builder, origin, "IPv6 address", value, "write one such as 2001:db8::5");
  builder.set(builder.spec.ipv6_address, value, origin);
}

void add_link_local_ip(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_ip_address(value)) return invalid(builder, origin, "IP address", value, "write one such as 169.254.0.5");
  builder.spec.link_local_ips.push_back({value, origin});
}

void set_mac_address(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto address = parse_mac_address(value);
  if (!address) {
    builder.problem("invalid-value", origin, address.error().message, "remove it; the engine chooses one");
    return;
  }
  builder.set(builder.spec.mac_address, std::move(*address), origin);
}

void add_link(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto link = parse_link(value);
  if (!link) {
    builder.problem("invalid-value", origin, link.error().message, "use a network of its own instead of links");
    return;
  }
  builder.spec.links.push_back({std::move(*link), origin});
}

void add_exposed_ports(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto ports = parse_exposed_ports(value);
  if (!ports) {
    builder.problem("invalid-value", origin, ports.error().message, "write PORT[-PORT][/PROTOCOL]");
    return;
  }
  for (std::string& port : *ports) builder.spec.exposed_ports.push_back({std::move(port), origin});
}

void add_dns_option(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const bool word = !value.empty() && std::ranges::all_of(value, [](char byte) {
    return is_alnum(byte) || byte == '-' || byte == '_' || byte == ':' || byte == '.';
  });
  if (!word) return invalid(builder, origin, "option of resolv.conf", value, "write one such as ndots:2");
  builder.spec.dns_options.push_back({value, origin});
}

void add_dns_search(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!is_search_domain(value))
    return invalid(builder, origin, "domain to search", value, "write one such as example.org");
  builder.spec.dns_search.push_back({value, origin});
}

void check_network(SpecBuilder& builder) {
  const ContainerSpec& spec = builder.spec;
  const Optional<NetworkMode>& mode = spec.network_mode;
  check_option(builder, "a network alias", places(spec.network_aliases, mode), true);
  check_option(builder, "an IPv4 address", places(spec.ipv4_address, mode), true);
  check_option(builder, "an IPv6 address", places(spec.ipv6_address, mode), true);
  check_option(builder, "a link-local address", places(spec.link_local_ips, mode), true);
  check_option(builder, "an option of the network driver", places(spec.network_driver_options, mode), false);
  check_option(builder, "a MAC address", places(spec.mac_address, mode), false);
  check_option(builder, "a gateway priority", places(spec.gateway_priority, mode), false);
  check_option(builder, "a link", places(spec.links, mode), false);
}

}  // namespace skillrun
