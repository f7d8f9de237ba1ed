#pragma once

#include <string>

#include "manifest/node.hpp"

namespace skillrun::inline v0 {

/// A service with what it extends: as Compose merges them, the service's own values over those of the base. Lists are
/// joined, but for what there can be only one of.
[[nodiscard]] ValueNode merge_services(const ValueNode& base, const ValueNode& own);

/// Makes the paths of a service in another folder's file relative to the folder that is `prefix` away from it, and
/// gives all its values one place: that of what named the file.
void move_service(ValueNode& service, const std::string& prefix, Span place);

}  // namespace skillrun::inline v0
