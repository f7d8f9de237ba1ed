#pragma once

#include <span>

#include "policy/document/document_keys.hpp"
#include "support/json_schema.hpp"

namespace skillrun::inline v0 {

/// A table of a policy document.
[[nodiscard]] json::object keys_schema(std::span<const DocumentKey> keys);
/// The value of one key of it.
[[nodiscard]] json::object key_schema(const DocumentKey& key);

/// Conditions, for `$defs`: condition, conditions (a list), elements (of a list), and the same within `where`.
[[nodiscard]] json::object condition_definitions();

}  // namespace skillrun::inline v0
