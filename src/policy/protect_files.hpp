#pragma once

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// Adds to the deciding documents of a spec what is known without the caller: its manifest, every document that the
/// policy was read from, and the recipe of its image.
void add_deciding(ContainerSpec& spec, const Policy& policy);

/// Adds mounts to an admitted spec that keep the skill from writing protected names of the folders that it may write.
/// Their origin is the policy, and the name of the place. Sources are real paths.
void protect_files(ContainerSpec& spec, const Policy& policy, const HostView& host);

}  // namespace skillrun::inline v0
