#pragma once

#include <string>
#include <string_view>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// What the machine calls itself and others.
struct MachineNames {
  std::string_view host_name;
  std::string_view hosts;        ///< its /etc/hosts
  std::string_view resolv_conf;  ///< its /etc/resolv.conf
};

/// The files that are mounted below /etc of a container.
struct RunFiles {
  std::string hosts;
  std::string hostname;
  std::string resolv_conf;
};

/// Their texts, as docker 20.10 writes them (libnetwork's etchosts and resolvconf). On the machine's network they are
/// the machine's own where the spec adds nothing. On any other one a name server of the machine's loopback is left out,
/// which would be somebody else in the container; where none is left, docker names public ones that nobody asked for,
/// and this does not. Pure; safe from several threads. `id` is the container's.
[[nodiscard]] RunFiles run_files(const ContainerSpec& spec, std::string_view id, const MachineNames& machine);

}  // namespace skillrun::inline v0
