#pragma once

#include "policy/conditions/condition.hpp"
#include "policy/document/node_reader.hpp"

namespace skillrun::inline v0 {

/// Reads a condition of a custom rule. What is at fault is reported, and the result must then not be used.
[[nodiscard]] Condition read_condition(const NodeReader& reader, const ValueNode& node, const Path& path);

}  // namespace skillrun::inline v0
