#include <fmt/format.h>

#include "policy/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

bool is_every_interface(std::string_view address) {
  return address.empty() || address == "0.0.0.0" || address == "::" || address == "[::]" || address == "0" ||
         address == "*" || address == "::0" || address == "0:0:0:0:0:0:0:0";
}

void check_published(const RuleContext& context, FindingSink& sink) {
  const auto& mode = context.spec.network_mode;
  const bool unreachable = mode && mode->value.kind == NetworkKind::none;
  for (const auto& port : context.spec.ports) {
    const auto& [address, host, inside, protocol] = port.value;
    if (unreachable) {
      sink.report(
          port.origin,
          fmt::format("port {}/{} is published, but the network is none: nothing can reach it", inside, protocol),
          "remove the port, or give the skill a network");
    } else {
      sink.report(port.origin, fmt::format("port {}/{} of the skill is published", inside, protocol));
    }
  }
}

void check_interfaces(const RuleContext& context, FindingSink& sink) {
  for (const auto& port : context.spec.ports) {
    if (is_every_interface(port.value.host_ip)) {
      sink.report(port.origin,
                  fmt::format("port {} is published on every interface of the host", port.value.container_port));
    }
  }
}

void check_low(const RuleContext& context, FindingSink& sink) {
  for (const auto& port : context.spec.ports) {
    const auto& host = port.value.host_port;
    if (host && *host != 0 && *host < 1024) sink.report(port.origin, fmt::format("the host's port {} is taken", *host));
  }
}

void check_ssh(const RuleContext& context, FindingSink& sink) {
  for (const auto& port : context.spec.ports) {
    if (port.value.container_port == 22 || port.value.host_port == 22) {
      sink.report(port.origin, "port 22 is published: a skill needs no ssh server");
    }
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "published-port",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "any published port",
              .why = "other programs and machines can then send requests to the skill",
              .remedy = "remove ports unless the skill is a server",
              .source = "PSS baseline"},
     .check = check_published},
    {.info = {.id = "port-all-interfaces",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a port published on every interface",
              .why = "engines open the host's firewall for it: the whole network can connect",
              .remedy = "write 127.0.0.1:HOST:CONTAINER",
              .source = "CIS 5.14"},
     .check = check_interfaces},
    {.info = {.id = "privileged-port",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a published host port under 1024",
              .why = "clients trust low ports to belong to the system's own services",
              .remedy = "use a host port from 1024 up",
              .source = "CIS 5.8"},
     .check = check_low},
    {.info = {.id = "ssh-port",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "port 22 published",
              .why = "an ssh server in a container is a second door with keys of its own",
              .remedy = "remove it; use the engine's exec to look inside",
              .source = "CIS 5.7"},
     .check = check_ssh},
};

}  // namespace

std::span<const Rule> ports_rules() { return rules; }

}  // namespace skillrun::rules
