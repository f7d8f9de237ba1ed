// Whom it can talk to.
#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

void write_network(const Spec& spec, ConfigWriter& config) {
  if (!shares_network(spec)) config.add_namespace("network");
}

/// Without a mode docker would attach the container to its bridge.
void network_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (!spec.network_mode) {
    return gaps.differs({}, "no network is named, and the native engine has only none and host; set network");
  }
  const NetworkMode& mode = spec.network_mode->value;
  if (mode.kind == NetworkKind::none || mode.kind == NetworkKind::host) return;
  gaps.differs(spec.network_mode->origin,
               fmt::format("the native engine has no network '{}', only none and host; use docker or podman",
                           printable(mode.text())));
}

/// A name for the machine as its containers reach it is only there on a network.
void extra_host_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  for (const auto& entry : spec.extra_hosts) {
    if (entry.value.address == "host-gateway") {
      gaps.differs(entry.origin, "a container of the native engine has no gateway; use docker or podman");
    }
  }
}

constexpr std::string_view in_files = "stands in the run's own files, which are mounted";

constexpr BundleRow network_rows[] = {
    {.setting = "network_mode", .write = write_network, .gaps = network_gaps},
    never<&Spec::network_aliases>("network_aliases"),
    never<&Spec::network_driver_options>("network_driver_options"),
    never<&Spec::ipv4_address>("ipv4_address"),
    never<&Spec::ipv6_address>("ipv6_address"),
    never<&Spec::link_local_ips>("link_local_ips"),
    never<&Spec::mac_address>("mac_address"),
    never<&Spec::gateway_priority>("gateway_priority"),
    never<&Spec::links>("links"),
    outside("exposed_ports", "they tell readers of an image what to publish, and change nothing"),
    never<&Spec::ports>("ports"),
    never<&Spec::publish_all>("publish_all"),
    outside("dns", in_files),
    outside("dns_options", in_files),
    outside("dns_search", in_files),
    {.setting = "extra_hosts", .gaps = extra_host_gaps, .elsewhere = in_files},
};

}  // namespace

bool shares_network(const ContainerSpec& spec) {
  return spec.network_mode && spec.network_mode->value.kind == NetworkKind::host;
}

std::span<const BundleRow> network_bundle_rows() { return network_rows; }

}  // namespace skillrun::inline v0
