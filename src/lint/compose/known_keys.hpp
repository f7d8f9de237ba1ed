#pragma once

#include "manifest/node.hpp"
#include "manifest/reporter.hpp"

namespace skillrun::inline v0 {

/// Reports each key that the Compose specification does not have, in every table of the file but the services
/// themselves: what Compose would refuse, or another version of it would obey, is not passed over.
void check_known_keys(Reporter& reporter, const ValueNode& root);

}  // namespace skillrun::inline v0
