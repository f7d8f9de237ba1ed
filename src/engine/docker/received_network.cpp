// Whom a request wants to talk to.
#include <algorithm>

#include <skillrun/parsing.hpp>

#include "engine/docker/codec.hpp"
#include "engine/docker/received_settings.hpp"
#include "spec/scan.hpp"
#include "spec/settings.hpp"

namespace skillrun::inline v0 {

/// The flag has a form with options, which the API has not: there it is all one name.
void receive_network_mode(const CodecRow& row, ReceivedRequest& request) {
  const auto value = row.place.in(request).member(row.place.key);
  const auto mode = value ? value->text() : std::nullopt;
  if (!mode || mode->empty()) return;
  if (mode->contains('=')) {
    value->invalid(fmt::format("{} is not the name of a network", quoted(*mode)),
                   "send none, bridge or a network's name");
  } else {
    set_by_flag(request.builder, "network", *mode, value->origin());
  }
}

void receive_driver_options(const CodecRow& row, ReceivedRequest& request) {
  const auto options = row.place.in(request).object(row.place.key);
  if (!options) return;
  for (const auto& [pair, origin] : options->pairs()) {
    add_pair(request.builder, request.builder.spec.network_driver_options, pair, origin, true);
  }
}

/// Since API 1.44 it belongs to the endpoint, before to the container; clients send both.
void receive_mac(const CodecRow& row, ReceivedRequest& request) {
  const ReceivedObject& endpoint = request.endpoint;
  const ReceivedObject& container = row.place.in(request);
  const std::string of_container = container.text(row.place.key);
  const std::string of_endpoint = endpoint.text("MacAddress");
  if (!of_container.empty()) {
    set_by_flag(request.builder, "mac-address", of_container, container.origin_of(row.place.key));
  }
  if (of_endpoint.empty() || of_endpoint == of_container) return;
  if (of_container.empty()) {
    set_by_flag(request.builder, "mac-address", of_endpoint, endpoint.origin_of("MacAddress"));
  } else {
    request.builder.problem("invalid-value", endpoint.origin_of("MacAddress"),
                            "it contradicts the MAC address of the container", "send one of the two");
  }
}

void receive_gateway_priority(const CodecRow& row, ReceivedRequest& request) {
  const auto value = row.place.in(request).member(row.place.key);
  const auto number = value ? value->number() : std::nullopt;
  if (!number || *number == 0) return;
  if (*number < INT32_MIN || *number > INT32_MAX) {
    value->invalid(fmt::format("{} is not a priority", *number), "send a whole number of 32 bits");
  } else {
    request.builder.set(request.builder.spec.gateway_priority, *number, value->origin());
  }
}

/// On a network that somebody made, clients say them a second time with the endpoint.
void receive_links(const CodecRow& row, ReceivedRequest& request) {
  receive_texts(row, request);
  const auto again = request.endpoint.member("Links");
  if (!again) return;
  const auto texts_of = [](const std::optional<ReceivedValue>& value) {
    std::vector<std::string> out;
    for (auto& [text, origin] : value ? value->texts() : std::vector<std::pair<std::string, Origin>>()) {
      out.push_back(std::move(text));
    }
    std::ranges::sort(out);
    return out;
  };
  if (const auto links = texts_of(again); links.empty() || links == texts_of(request.host.member("Links"))) return;
  again->invalid("these links are not those of HostConfig", "send the same in both places");
}

namespace {

/// "80/tcp", exactly: a range, or another spelling of a port, is several things to several engines.
bool is_port_name(const std::string& name, const ReceivedValue& value) {
  if (const auto ports = parse_exposed_ports(name); ports && *ports == std::vector<std::string>{name}) return true;
  value.invalid(fmt::format("{} is not a port", quoted(name)), "send PORT/PROTOCOL, such as 80/tcp");
  return false;
}

}  // namespace

void receive_exposed(const CodecRow& row, ReceivedRequest& request) {
  const auto exposed = row.place.in(request).object(row.place.key);
  if (!exposed) return;
  for (const auto& [name, value] : exposed->members()) {
    if (value.object() && is_port_name(name, value)) set_by_flag(request.builder, "expose", name, value.origin());
  }
}

/// What is published is exposed too, without being said again.
void receive_ports(const CodecRow& row, ReceivedRequest& request) {
  const auto bindings = row.place.in(request).object(row.place.key);
  if (!bindings) return;
  SpecBuilder& builder = request.builder;
  for (const auto& [name, value] : bindings->members()) {
    if (!is_port_name(name, value)) continue;
    const auto places = value.list();
    if (places.empty() && value.value().is_array()) {
      value.invalid("a port is published nowhere", "send [{}] for any port of the host, or leave it out");
    }
    for (const ReceivedValue& place : places) {
      const auto binding = place.object();
      if (!binding) continue;
      const std::string address = binding->text("HostIp");
      const std::string port = binding->text("HostPort");
      if ((!address.empty() && !is_ipv4_address(address) && !is_ipv6_address(address)) ||
          (!port.empty() && !parse_decimal(port, UINT16_MAX))) {
        place.invalid("a place on the host is one address and one port", "send HostIp and HostPort, each may be empty");
        continue;
      }
      std::string text = name;
      if (!address.empty() || !port.empty()) text = fmt::format("{}:{}", port, name);
      if (!address.empty())
        text = fmt::format(fmt::runtime(address.contains(':') ? "[{}]:{}" : "{}:{}"), address, text);
      set_by_flag(builder, "publish", text, place.origin());
    }
    std::erase_if(builder.spec.exposed_ports, [&](const auto& exposed) { return exposed.value == name; });
  }
}

}  // namespace skillrun::inline v0
