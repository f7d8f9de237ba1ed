// Whom it can talk to: networks, ports, name resolution.
#include "run/comparison.hpp"

namespace skillrun::inline v0 {

namespace {

void compare_network(Comparison& c) {
  const auto& approved = c.spec.network_mode;
  const auto& made = c.made.network_mode;
  if (!approved) {
    if (!made || made->value.kind != NetworkKind::none) c.added(made ? made->value.text() : "the engine's default");
    return;
  }
  const std::string text = made ? made->value.text() : "the engine's default";
  if (text != approved->value.text()) c.differ(approved->origin, approved->value.text(), text);
}

/// Engines give further ones: the container's id and its name, the ports of its image.
template <SettingList<std::string> ContainerSpec::* list>
void compare_at_least(Comparison& c) {
  for (const auto& wanted : c.spec.*list) {
    const auto same = [&](const Setting<std::string>& made) { return made.value == wanted.value; };
    if (std::ranges::none_of(c.made.*list, same)) c.differ(wanted.origin, wanted.value, "none");
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
    if (std::ranges::none_of(c.made.ports, [&](const auto& made) { return same_port(approved.value, made.value); })) {
      c.differ(approved.origin, text_of(approved.value), "none");
    }
  }
  for (const auto& made : c.made.ports) {
    if (std::ranges::none_of(c.spec.ports,
                             [&](const auto& approved) { return same_port(approved.value, made.value); })) {
      c.added(text_of(made.value));
    }
  }
}

constexpr PartsComparison network_rows[] = {
    {"network_mode", compare_network},
    {"network_aliases", compare_at_least<&ContainerSpec::network_aliases>},
    {"exposed_ports", compare_at_least<&ContainerSpec::exposed_ports>},
    {"ports", compare_ports},
};

}  // namespace

std::span<const PartsComparison> network_comparisons() { return network_rows; }

}  // namespace skillrun::inline v0
