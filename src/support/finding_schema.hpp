#pragma once

#include "support/json_schema.hpp"

namespace skillrun::schema {

/// A finding as to_json_object writes it. `identified`: with the fingerprint that lint documents have.
[[nodiscard]] json::object finding(bool identified);

}  // namespace skillrun::schema
