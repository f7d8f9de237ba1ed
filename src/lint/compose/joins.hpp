#pragma once

#include <vector>

#include "lint/compose/service_reader.hpp"

namespace skillrun::inline v0 {

/// Gives each service what it has of others, at the place where that is said. `joins` are those of the specs, in order.
void settle_joins(std::vector<ContainerSpec>& specs, const std::vector<ServiceJoins>& joins);

}  // namespace skillrun::inline v0
