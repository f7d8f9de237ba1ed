// Which network, and how the container appears on it.
#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

/// docker rejects an option that stands in the CSV form of --network and in a flag of its own, whichever comes first.
template <class T>
void set_once(SpecBuilder& builder, OptionalSetting<T>& slot, T value, const Origin& origin, std::string_view what) {
  const OptionalSetting<NetworkMode>& mode = builder.spec.network_mode;
  const auto is_of_network = [&](const Origin& place) { return mode && place.field == mode->origin.field; };
  if (slot && is_of_network(slot->origin) != is_of_network(origin)) {
    return builder.problem("invalid-value", origin, fmt::format("{} is given by --network and by itself", what),
                           "keep one of them");
  }
  builder.set(slot, std::move(value), origin);
}

template <auto setting, auto fits, Literal what, Literal remedy>
void set_address(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!fits(value)) {
    return builder.problem("invalid-value", origin, fmt::format("'{}' is not {}", printable(value), what.text),
                           remedy.text);
  }
  set_once(builder, builder.spec.*setting, value, origin, what.text);
}

void set_mac(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto address = parse_mac_address(value);
  if (!address) {
    return builder.problem("invalid-value", origin, address.error().message, "remove it; the engine chooses one");
  }
  set_once(builder, builder.spec.mac_address, std::move(*address), origin, "a MAC address");
}

void set_endpoint(SpecBuilder& builder, NetworkEndpoint endpoint, const Origin& origin) {
  ContainerSpec& spec = builder.spec;
  for (std::string& alias : endpoint.aliases) spec.network_aliases.push_back({std::move(alias), origin});
  for (std::string& address : endpoint.link_local_ips) spec.link_local_ips.push_back({std::move(address), origin});
  for (KeyValue& option : endpoint.driver_options) spec.network_driver_options.push_back({std::move(option), origin});
  if (!endpoint.ipv4_address.empty()) {
    set_once(builder, spec.ipv4_address, std::move(endpoint.ipv4_address), origin, "an IPv4 address");
  }
  if (!endpoint.ipv6_address.empty()) {
    set_once(builder, spec.ipv6_address, std::move(endpoint.ipv6_address), origin, "an IPv6 address");
  }
  if (!endpoint.mac_address.empty()) {
    set_once(builder, spec.mac_address, std::move(endpoint.mac_address), origin, "a MAC address");
  }
  if (endpoint.gateway_priority) builder.set(spec.gateway_priority, *endpoint.gateway_priority, origin);
}

void set_network(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto network = parse_network_attachment(value);
  if (!network) {
    builder.problem("invalid-value", origin, network.error().message, "write none, bridge or a network's name");
    return;
  }
  OptionalSetting<NetworkMode>& slot = builder.spec.network_mode;
  if (slot && slot->origin.kind == origin.kind) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is a second network", printable(value)),
                    "a skill has one network; keep one of them");
    return;
  }
  builder.set(slot, std::move(network->mode), origin);
  set_endpoint(builder, std::move(network->endpoint), origin);
}

bool is_ipv4_text(std::string_view text) { return is_ipv4_address(std::string(text)); }
bool is_ipv6_text(std::string_view text) { return is_ipv6_address(std::string(text)); }

/// Where the options of an endpoint were declared. docker rejects an option that stands in the CSV form of --network
/// and in a flag of its own.
struct Places {
  const Origin* in_network = nullptr;
  const Origin* elsewhere = nullptr;

  void add(const Origin& origin, const OptionalSetting<NetworkMode>& mode) {
    (mode && origin.field == mode->origin.field ? in_network : elsewhere) = &origin;
  }
};

template <class T>
Places places(const SettingList<T>& list, const OptionalSetting<NetworkMode>& mode) {
  Places result;
  for (const auto& entry : list) result.add(entry.origin, mode);
  return result;
}

template <class T>
Places places(const OptionalSetting<T>& setting, const OptionalSetting<NetworkMode>& mode) {
  Places result;
  if (setting) result.add(setting->origin, mode);
  return result;
}

/// An option of an endpoint: `user_defined` ones need a network that somebody made, the others any network but none.
void check_option(SpecBuilder& builder, std::string_view what, const Places& found, bool user_defined) {
  const OptionalSetting<NetworkMode>& mode = builder.spec.network_mode;
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

constexpr SettingRow network_rows[] = {
    {.member = member<&Spec::network_mode>("network_mode").meaning(Sense::parts),
     .key = {"network", &Docker::network, "network mode: none (the default), bridge or a network's name", R"("none")"},
     .flag = {.name = "network", .alias = "net", .arity = FlagArity::list},
     .set = set_network},
    {.member = member<&Spec::network_aliases>("network_aliases").meaning(Sense::parts),
     .flag = {.name = "network-alias", .alias = "net-alias", .arity = FlagArity::list},
     .set = set_text<&Spec::network_aliases, is_engine_name, "a network alias", "use letters, digits, '-' and '.'">},
    {.member = member<&Spec::network_driver_options>("network_driver_options")},
    {.member = member<&Spec::ipv4_address>("ipv4_address"),
     .flag = {.name = "ip"},
     .set = set_address<&Spec::ipv4_address, is_ipv4_text, "an IPv4 address", "write one such as 10.0.0.5">},
    {.member = member<&Spec::ipv6_address>("ipv6_address"),
     .flag = {.name = "ip6"},
     .set = set_address<&Spec::ipv6_address, is_ipv6_text, "an IPv6 address", "write one such as 2001:db8::5">},
    {.member = member<&Spec::link_local_ips>("link_local_ips"),
     .flag = {.name = "link-local-ip", .arity = FlagArity::list},
     .set = set_text<&Spec::link_local_ips, is_ip_address, "an IP address", "write one such as 169.254.0.5">},
    {.member = member<&Spec::mac_address>("mac_address").meaning(Sense::declared),
     .flag = {.name = "mac-address"},
     .service = {"mac_address"},
     .set = set_mac},
    {.member = member<&Spec::gateway_priority>("gateway_priority", FieldType::number)},
    {.member = member<&Spec::links>("links"),
     .flag = {.name = "link", .arity = FlagArity::list},
     .service = {"links", ServiceShape::list},
     .set = set_parsed<&Spec::links, parse_link, "use a network of its own instead of links">},
};

}  // namespace

std::span<const SettingRow> network_settings() { return network_rows; }

void check_network(SpecBuilder& builder) {
  const ContainerSpec& spec = builder.spec;
  const OptionalSetting<NetworkMode>& mode = spec.network_mode;
  check_option(builder, "a network alias", places(spec.network_aliases, mode), true);
  check_option(builder, "an IPv4 address", places(spec.ipv4_address, mode), true);
  check_option(builder, "an IPv6 address", places(spec.ipv6_address, mode), true);
  check_option(builder, "a link-local address", places(spec.link_local_ips, mode), true);
  check_option(builder, "an option of the network driver", places(spec.network_driver_options, mode), false);
  check_option(builder, "a MAC address", places(spec.mac_address, mode), false);
  check_option(builder, "a gateway priority", places(spec.gateway_priority, mode), false);
  check_option(builder, "a link", places(spec.links, mode), false);
}

}  // namespace skillrun::inline v0
