#pragma once

#include "spec/spec_builder.hpp"

namespace skillrun::inline v0 {

/// The `build` table: exactly one of packages and context, with names that no program could take for an option.
void read_build(SpecBuilder& builder);

}  // namespace skillrun::inline v0
