#pragma once

#include <string>

#include <skillrun/spec.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// Where a setting comes from, for people: "skills.toml:12:10 (docker.memory)", "policy baseline", "--env".
[[nodiscard]] std::string describe_origin(const Origin& origin, const ContainerSpec& spec);

/// The `spec` object of the explain document: {field: {"value", "origin"}}; lists are arrays of such objects.
[[nodiscard]] json::object spec_document(const ContainerSpec& spec);

}  // namespace skillrun::inline v0
