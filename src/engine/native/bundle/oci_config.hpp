#pragma once

#include <string_view>

#include <skillrun/engine.hpp>

#include "engine/native/bundle/bundle_context.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// Where an init is in a container, as docker's is.
inline constexpr std::string_view init_target = "/sbin/docker-init";

/// The config.json of an OCI bundle (runtime specification 1.0.2) for the spec, as dockerd 20.10 and later write it for
/// the same settings. What native_gaps() names must not be in the spec, unless
/// it gives way and is among the context's `without`: it is refused here too where it would be
/// written as something else. An error of kind refused is about the spec or the image, any other about the context.
///
/// Asks the machine for device nodes and nothing else. Safe from several threads with contexts of their own.
[[nodiscard]] EngineResult<json::object> oci_config(const ContainerSpec& spec, const BundleContext& context);

}  // namespace skillrun::inline v0
