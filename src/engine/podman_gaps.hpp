#pragma once

#include <string_view>
#include <vector>

#include <skillrun/spec.hpp>

namespace skillrun {

/// The fields of the spec that skillrun does not hand to podman, because its client and its API read them differently
/// from docker or not at all. A run that declares one must fail there rather than lose it.
[[nodiscard]] std::vector<std::string_view> podman_gaps(const ContainerSpec& spec);

}  // namespace skillrun
