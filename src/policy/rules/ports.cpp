#include <arpa/inet.h>
#include <netinet/in.h>
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// In every spelling of an address that is all zeros; one that begins like IPv4 inside of IPv6 is that IPv4 address.
bool is_every_interface(std::string_view address) {
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  address = address.substr(0, address.find('%'));
  if (address.empty() || address == "0" || address == "*") return true;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.size() >= text.size()) return false;
  std::ranges::copy(address, text.begin());
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const auto zeros = [&](std::size_t from, std::size_t to) {
    return std::all_of(bytes.begin() + from, bytes.begin() + to, [](unsigned char byte) { return byte == 0; });
  };
  if (inet_pton(AF_INET, text.data(), bytes.data()) == 1) return zeros(0, sizeof(in_addr));
  if (inet_pton(AF_INET6, text.data(), bytes.data()) != 1) return false;
  const bool mapped = zeros(0, 10) && bytes[10] == 0xFF && bytes[11] == 0xFF;
  return mapped ? zeros(12, bytes.size()) : zeros(0, bytes.size());
}

/// Calls `judge` with each port until it has reported for an entry: a range is many ports and one entry.
template <class Judge>
void for_each_entry(const SettingList<PortMapping>& ports, Judge&& judge) {
  const Origin* reported = nullptr;
  for (const auto& port : ports) {
    if (reported != nullptr && reported->field == port.origin.field) continue;
    if (judge(port.value, port.origin)) reported = &port.origin;
  }
}

/// True for a port of the host that the policy lets a skill take. A free port that the engine chooses is none of them.
bool is_allowed(const RuleContext& context, const PortMapping& port) {
  const auto* ranges = context.params.find<std::vector<PortRange>>("allow");
  if (ranges == nullptr || !port.host_port) return false;
  return std::ranges::any_of(*ranges, [&](const PortRange& range) {
    return range.protocol == port.protocol && range.first <= *port.host_port && *port.host_port <= range.last;
  });
}

/// The port of the host, as asks have it: "127.0.0.1:8080/tcp".
std::string described(const PortMapping& port) {
  return fmt::format("{}:{}/{}", is_every_interface(port.host_ip) ? std::string("*") : port.host_ip,
                     port.host_port ? std::to_string(*port.host_port) : std::string("*"), port.protocol);
}

/// Without a network engines publish nothing, and say nothing.
bool has_network(const ContainerSpec& spec) {
  return !spec.network_mode || spec.network_mode->value.kind != NetworkKind::none;
}

void check_published(const RuleContext& context, FindingSink& sink) {
  if (!has_network(context.spec)) return;
  for_each_entry(context.spec.ports, [&](const PortMapping& port, const Origin& origin) {
    if (is_allowed(context, port)) return false;
    sink.ask({.kind = AskKind::port, .subject = described(port), .writes = false, .closed = false}, origin,
             fmt::format("port {}/{} of the skill is published", port.container_port, port.protocol));
    return true;
  });
}

void check_unreachable(const RuleContext& context, FindingSink& sink) {
  if (has_network(context.spec)) return;
  for_each_entry(context.spec.ports, [&](const PortMapping& port, const Origin& origin) {
    sink.report(origin, fmt::format("port {}/{} is published, but the network is none: nothing can reach it",
                                    port.container_port, port.protocol));
    return true;
  });
}

void check_interfaces(const RuleContext& context, FindingSink& sink) {
  for_each_entry(context.spec.ports, [&](const PortMapping& port, const Origin& origin) {
    if (!is_every_interface(port.host_ip)) return false;
    sink.report(origin, fmt::format("port {} is published on every interface of the host", port.container_port));
    return true;
  });
}

void check_low(const RuleContext& context, FindingSink& sink) {
  for_each_entry(context.spec.ports, [&](const PortMapping& port, const Origin& origin) {
    if (port.host_port.value_or(0) == 0 || *port.host_port >= 1024 || is_allowed(context, port)) {
      return false;
    }
    sink.report(origin, fmt::format("the host's port {} is taken", *port.host_port));
    return true;
  });
}

void check_ssh(const RuleContext& context, FindingSink& sink) {
  for_each_entry(context.spec.ports, [&](const PortMapping& port, const Origin& origin) {
    if (port.container_port != 22 && port.host_port != 22) return false;
    sink.report(origin, "port 22 is published: a skill needs no ssh server");
    return true;
  });
}

void check_publish_all(const RuleContext& context, FindingSink& sink) {
  const auto& all = context.spec.publish_all;
  if (all && all->value) sink.report(all->origin, "every port that the image exposes is published on the host");
}

constexpr RuleParam allow_params[] = {{.name = "allow",
                                       .type = ParamType::ports,
                                       .effect = ParamEffect::exempt,
                                       .description = "ports of the host that pass"}};

/// What the rule of that name says for others too.
constexpr std::string_view ssh_port_covers[] = {"published-port"};

constexpr Rule rules[] = {
    {.info = {.id = "published-port",
              .privileged = info,
              .baseline = info,
              .restricted = error,
              .summary = "any published port",
              .why = "other programs and machines can then send requests to the skill",
              .remedy = "remove ports unless the skill is a server",
              .source = "PSS baseline 1.37",
              .params = allow_params},
     .check = check_published},
    {.info = {.id = "unreachable-port",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a published port of a skill without a network",
              .why = "engines publish nothing then and say nothing: a server runs that nobody can reach",
              .remedy = "remove the port, or give the skill a network",
              .source = "own"},
     .check = check_unreachable},
    {.info = {.id = "port-all-interfaces",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a port published on every interface",
              .why = "engines open the host's firewall for it: the whole network can connect",
              .remedy = "write 127.0.0.1:HOST:CONTAINER",
              .source = "CIS Docker 1.6.0 5.14"},
     .check = check_interfaces},
    {.info = {.id = "privileged-port",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a published host port under 1024",
              .why = "clients trust low ports to belong to the system's own services",
              .remedy = "use a host port from 1024 up",
              .source = "CIS Docker 1.6.0 5.8",
              .params = allow_params},
     .check = check_low},
    {.info = {.id = "ssh-port",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "port 22 published",
              .why = "an ssh server in a container is a second door with keys of its own",
              .remedy = "remove it; use the engine's exec to look inside",
              .source = "CIS Docker 1.6.0 5.7",
              .fix = AutoFix::remove,
              .covers = ssh_port_covers},
     .check = check_ssh},
    {.info = {.id = "publish-all",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "every exposed port published",
              .why = "the image decides which ports, on every interface, and a new version of it may add some",
              .remedy = "name the ports that are needed in ports",
              .source = "CIS Docker 1.6.0 5.9"},
     .check = check_publish_all},
};

}  // namespace

std::span<const Rule> ports_rules() { return rules; }

}  // namespace skillrun::rules
