#pragma once

#include "spec/spec_builder.hpp"

namespace skillrun::inline v0 {

/// Notes every text of the skill that holds a variable (ContainerSpec::expanded), by walking the tables of fields: a
/// key that is added to the format cannot be left out.
void note_expanded_texts(SpecBuilder& builder);

}  // namespace skillrun::inline v0
