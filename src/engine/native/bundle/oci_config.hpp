#pragma once

#include <skillrun/engine.hpp>

#include "engine/native/bundle/bundle_context.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// The config.json of an OCI bundle (runtime specification 1.0.2) for the spec, as dockerd 20.10 and later write it for
/// the same settings. What native_gaps() names must not be in the spec: it is refused here too where it would be
/// written as something else. An error of kind refused is about the spec or the image, any other about the context.
///
/// Asks the machine for device nodes and nothing else. Safe from several threads with contexts of their own.
[[nodiscard]] EngineResult<json::object> oci_config(const ContainerSpec& spec, const BundleContext& context);

}  // namespace skillrun::inline v0
