#pragma once

#include "spec/spec_builder.hpp"

namespace skillrun::inline v0 {

/// Reads extra_args and sets the same fields as the typed keys. A flag that is not in the table of docker run is
/// refused: a meaning that nothing judges must not reach an engine.
void fold_extra_args(SpecBuilder& builder, const WrittenList& words);

}  // namespace skillrun::inline v0
