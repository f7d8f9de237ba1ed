#pragma once

#include <string_view>

#include <skillrun/finding.hpp>

namespace skillrun::inline v0 {

/// Gives each finding of one file its fingerprint. `findings` are sorted: of several that are alike but for their
/// place, each gets its own by the order in the file.
void set_fingerprints(Findings& findings, std::string_view path);

}  // namespace skillrun::inline v0
