#pragma once

#include <span>
#include <string>
#include <vector>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// What a container can ever have (its bounding set), with CAP_, in docker's order: its fourteen, less cap_drop, with
/// cap_add (TweakCapabilities of moby's oci/caps). Of a privileged one, and for ALL in cap_add, it is all of
/// `available`, which are without CAP_; of the fourteen those that are not available are left out, since runtimes fail
/// over what they cannot give.
[[nodiscard]] std::vector<std::string> bounding_capabilities(const ContainerSpec& spec,
                                                             std::span<const std::string> available);

}  // namespace skillrun::inline v0
