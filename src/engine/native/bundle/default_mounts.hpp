#pragma once

#include <vector>

#include <skillrun/spec.hpp>

#include "engine/native/bundle/bundle_context.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// A mount of the OCI runtime specification.
[[nodiscard]] json::object oci_mount(std::string_view target, std::string_view type, std::string_view source,
                                     json::array options);

/// What docker mounts in every container (DefaultLinuxSpec of moby's oci): /proc, /dev and what is below it, /sys, the
/// control groups, and the run's own hosts, hostname and resolv.conf. Of a privileged one /sys and the control groups
/// are writable.
[[nodiscard]] std::vector<json::object> default_mounts(const ContainerSpec& spec, const BundleContext& context);

}  // namespace skillrun::inline v0
