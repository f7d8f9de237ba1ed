#pragma once

#include <optional>

#include "policy/document/node_reader.hpp"
#include "policy/rules/support/rule_params.hpp"

namespace skillrun {

/// Reads a value of the parameter; what is not one is reported.
[[nodiscard]] std::optional<ParamValue> read_param(const NodeReader& reader, const RuleParam& param,
                                                   const ValueNode& node, const Path& path);

}  // namespace skillrun
