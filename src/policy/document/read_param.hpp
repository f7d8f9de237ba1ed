#pragma once

#include <optional>

#include <skillrun/rule.hpp>

#include "policy/document/node_reader.hpp"
#include "policy/rules/support/rule_params.hpp"

namespace skillrun::inline v0 {

/// Reads a value of the parameter; what is not one is reported.
[[nodiscard]] std::optional<ParamValue> read_param(const NodeReader& reader, const RuleParam& param,
                                                   const ValueNode& node, const Path& path);

}  // namespace skillrun::inline v0
