#pragma once

#include <skillrun/policy.hpp>

#include "policy/document/policy_settings.hpp"

namespace skillrun::inline v0 {

enum class FoldMode : std::uint8_t {
  change,   ///< may relax what is not locked
  tighten,  ///< may only make stricter; what a built-in policy would relax is passed over, what a document says is not
};

/// Lays `over` on `below`. A setting that may not be made is reported with its place and leaves `below` as it was.
void lay_over(PolicySettings& below, PolicySettings over, FoldMode mode, Findings& faults);

/// Takes the grants out of a project's policy: whoever clones a repository is not bound by what its author would grant.
/// Each is reported with its place.
void refuse_grants(PolicySettings& project, Findings& faults);

}  // namespace skillrun::inline v0
