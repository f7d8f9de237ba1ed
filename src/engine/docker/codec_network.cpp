// Whom it can talk to.
#include <algorithm>
#include <charconv>

#include <skillrun/parsing.hpp>

#include "engine/docker/codec.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

/// The mode that was asked for, where the engine says it in its own words: the id of a container or network where a
/// name was given, and what its default network is called.
bool says_mode_as_asked(const NetworkMode& asked, std::string_view text, bool podman) {
  constexpr std::string_view container = "container:";
  switch (asked.kind) {
    case NetworkKind::bridge: return text == "bridge" || text == "default";
    case NetworkKind::container: return text.starts_with(container) && is_hex_id(text.substr(container.size()));
    case NetworkKind::named: return text == asked.name || is_hex_id(text) || (podman && text == "bridge");
    default: return false;
  }
}

/// Whether a network that it is attached to is the one that was asked for.
bool is_network_asked_for(const NetworkMode& asked, const std::string& name, bool podman) {
  switch (asked.kind) {
    case NetworkKind::none: return name == "none";
    case NetworkKind::host: return name == "host";
    case NetworkKind::bridge: return name == "bridge" || podman;  // podman's default network has any name
    case NetworkKind::named: return name == asked.name || is_hex_id(asked.name);
    case NetworkKind::container:
    case NetworkKind::path: return false;
  }
  return false;
}

void read_mode(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const std::string text = place.in(answer).text(place.key);
  const auto& asked = answer.asked.spec.network_mode;
  const bool podman = answer.dialect.podman;
  if (asked && says_mode_as_asked(asked->value, text, podman)) {
    made.spec.network_mode = Setting{asked->value, Origin()};
  } else {
    observe_parsed<&Spec::network_mode>(made, "network_mode", text, parse_network);
  }
  if (!asked) return;
  const auto settings = answer.document.object("NetworkSettings");
  const std::vector<std::string> all = settings ? settings->names("Networks") : std::vector<std::string>();
  for (const std::string& name : all) {
    if (!is_network_asked_for(asked->value, name, podman)) made.foreign.push_back({"network_mode", name});
  }
  if (all.size() > 1) made.foreign.push_back({"network_mode", fmt::format("{} networks", all.size())});
}

/// To docker the name of a network, to podman a way to connect.
bool is_mode_of_podman(const NetworkMode& network) {
  return network.kind == NetworkKind::named &&
         (network.name == "private" || network.name == "pasta" || network.name == "slirp4netns");
}

void mode_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (!spec.network_mode) return;
  const NetworkMode& mode = spec.network_mode->value;
  const Origin& origin = spec.network_mode->origin;
  if (mode.kind == NetworkKind::path && !dialect.podman) {
    gaps.differs(origin, "only podman joins a network namespace by its path");
  }
  if (dialect.podman && is_mode_of_podman(mode)) {
    gaps.differs(origin,
                 "skillrun does not hand it to podman, which does not take it for a network's name; use docker");
  }
  if (!dialect.client) return;
  const std::string text = mode.text();
  if (text.find_first_of("=,") != std::string::npos ||
      (dialect.podman && mode.kind == NetworkKind::named && text.contains(':'))) {
    gaps.differs(origin, fmt::format("a client would read options in the name {}", text));
  }
}

constexpr std::string_view needs_api = "a client folds its letters to lower case: it needs the engine's API";

/// Only the CSV form of --network has these, and it folds every value to lower case.
void driver_option_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (dialect.client && !spec.network_driver_options.empty()) {
    gaps.differs(spec.network_driver_options.front().origin, std::string(needs_api));
  }
}

/// Since API 1.44 a MAC address belongs to the endpoint, before to the container.
void write_mac(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  codec_detail::write<&Spec::mac_address>(request.dialect.api_minor >= 44 ? endpoint(place.key) : place, spec, request);
}

void read_mac(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  codec_detail::read<&Spec::mac_address>(place, answer, made);
  if (!made.spec.mac_address) codec_detail::read<&Spec::mac_address>(endpoint(place.key), answer, made);
}

void gateway_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (dialect.client && spec.gateway_priority) gaps.differs(spec.gateway_priority->origin, std::string(needs_api));
}

/// On a network that somebody made a link is an entry of the endpoint; a client says it in both places.
void write_links(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  codec_detail::write<&Spec::links>(place, spec, request);
  const bool named = spec.network_mode && spec.network_mode->value.kind == NetworkKind::named;
  if (named) codec_detail::write<&Spec::links>(endpoint(place.key), spec, request);
}

/// Of a network that somebody made the endpoint says them, of the default bridge the host's part, where docker writes
/// "/container:/own-name/alias" for "container:alias".
void read_links(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  for (const ApiPlace& said : {place, endpoint(place.key)}) {
    for (const std::string& text : said.in(answer).texts(said.key)) {
      const std::size_t begin = text.starts_with('/') ? 1 : 0;
      const std::size_t colon = std::min(text.find(':'), text.size());
      const std::string_view alias = std::string_view(text).substr(std::min(colon + 1, text.size()));
      Link link{.container = text.substr(begin, colon - begin),
                .alias = std::string(alias.substr(alias.rfind('/') + 1))};
      const auto is_same = [&](const Setting<Link>& known) {
        return known.value.container == link.container && known.value.alias == link.alias;
      };
      if (std::ranges::none_of(made.spec.links, is_same)) made.spec.links.push_back({std::move(link), Origin()});
    }
  }
}

std::string port_name(const PortMapping& port) { return fmt::format("{}/{}", port.container_port, port.protocol); }

/// What is published is exposed too.
void write_exposed(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  json::object exposed;
  for (const auto& entry : spec.exposed_ports) exposed[entry.value] = json::object();
  for (const auto& entry : spec.ports) exposed[port_name(entry.value)] = json::object();
  if (!exposed.empty()) place.in(request)[place.key] = std::move(exposed);
}

void read_exposed(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const std::vector<std::string> names =
      answer.dialect.podman ? answer.host.names("PortBindings") : place.in(answer).names(place.key);
  for (const std::string& name : names) made.spec.exposed_ports.push_back({name, Origin()});
}

void write_ports(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  json::object bindings;
  for (const auto& entry : spec.ports) {
    const PortMapping& port = entry.value;
    json::value& places = bindings[port_name(port)];
    if (!places.is_array()) places = json::array();
    places.as_array().push_back(
        json::object{{"HostIp", port.host_ip}, {"HostPort", port.host_port ? fmt::format("{}", *port.host_port) : ""}});
  }
  if (!bindings.empty()) place.in(request)[place.key] = std::move(bindings);
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stopped != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

/// "80/tcp" and the places of the host that lead there.
void read_ports(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const auto bindings = place.in(answer).object(place.key);
  if (!bindings) return;
  for (const std::string& name : place.in(answer).names(place.key)) {
    const std::size_t slash = name.find('/');
    PortMapping port;
    port.container_port = port_number(name.substr(0, slash)).value_or(0);
    if (slash != std::string::npos) port.protocol = name.substr(slash + 1);
    for (const TypedAnswer& one : bindings->objects(name)) {
      port.host_ip = one.text("HostIp");
      port.host_port = port_number(one.text("HostPort"));
      made.spec.ports.push_back({port, Origin()});
    }
  }
}

void port_words(const Spec& spec, ClientWords& words) {
  for (const auto& entry : spec.ports) {
    const PortMapping& port = entry.value;
    std::string text;
    if (!port.host_ip.empty())
      text = port.host_ip.contains(':') ? fmt::format("[{}]:", port.host_ip) : port.host_ip + ":";
    if (port.host_port) text += std::to_string(*port.host_port);
    if (port.host_port || !port.host_ip.empty()) text += ':';
    words.add("publish", text + port_name(port));
  }
}

/// podman writes the address that the engine's own name for the host stands for: of one line for each that was asked
/// for, whatever it is.
void read_hosts(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  std::vector<std::string_view> gateways;
  for (const auto& entry : answer.asked.spec.extra_hosts) {
    if (answer.dialect.podman && entry.value.address == "host-gateway") gateways.push_back(entry.value.host);
  }
  for (const std::string& text : place.in(answer).texts(place.key)) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    ExtraHost entry{.host = text.substr(0, colon), .address = text.substr(std::min(colon + 1, text.size()))};
    if (const auto gateway = std::ranges::find(gateways, entry.host); gateway != gateways.end()) {
      entry.address = "host-gateway";
      gateways.erase(gateway);
    }
    made.spec.extra_hosts.push_back({std::move(entry), Origin()});
  }
}

constexpr CodecRow network_rows[] = {
    same<&Spec::network_mode>("network_mode", host("NetworkMode"))
        .with_read(read_mode)
        .with_receive(receive_network_mode)
        .with_gaps(mode_gaps),
    same<&Spec::network_aliases>("network_aliases", endpoint("Aliases")).not_for_podman(),
    same<&Spec::network_driver_options>("network_driver_options", endpoint("DriverOpts"))
        .with_receive(receive_driver_options)
        .with_words(no_words)
        .with_gaps(driver_option_gaps)
        .not_for_podman(),
    same<&Spec::ipv4_address>("ipv4_address", addresses("IPv4Address")).not_for_podman(),
    same<&Spec::ipv6_address>("ipv6_address", addresses("IPv6Address")).not_for_podman(),
    same<&Spec::link_local_ips>("link_local_ips", addresses("LinkLocalIPs")).not_for_podman(),
    {.setting = "mac_address",
     .place = top("MacAddress"),
     .write = write_mac,
     .read = read_mac,
     .receive = receive_mac,
     .podman = false},
    same<&Spec::gateway_priority>("gateway_priority", endpoint("GwPriority"))
        .with_receive(receive_gateway_priority)
        .with_words(no_words)
        .with_gaps(gateway_gaps)
        .since_api(48)
        .not_for_podman(),
    {.setting = "links",
     .place = host("Links"),
     .write = write_links,
     .read = read_links,
     .receive = receive_links,
     .podman = false},
    {.setting = "exposed_ports",
     .place = top("ExposedPorts"),
     .write = write_exposed,
     .read = read_exposed,
     .receive = receive_exposed},
    {.setting = "ports",
     .place = host("PortBindings"),
     .write = write_ports,
     .read = read_ports,
     .receive = receive_ports,
     .words = port_words},
    same<&Spec::publish_all>("publish_all", host("PublishAllPorts")).not_for_podman(),
    same<&Spec::dns>("dns", host("Dns")),
    same<&Spec::dns_options>("dns_options", host("DnsOptions")),
    same<&Spec::dns_search>("dns_search", host("DnsSearch")),
    same<&Spec::extra_hosts>("extra_hosts", host("ExtraHosts")).with_read(read_hosts),
};

}  // namespace

std::span<const CodecRow> network_codec() { return network_rows; }

}  // namespace skillrun::inline v0
