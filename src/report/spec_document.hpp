#pragma once

#include <string>
#include <vector>

#include <skillrun/spec.hpp>

#include "support/json.hpp"

namespace skillrun {

/// One set field of a spec: its name, its value, and where it comes from.
struct SpecField {
  std::string name;
  json::value value;
  const Origin* origin;
};

/// Every set field in a fixed order; an element of a list is a field of its own, named "mounts[0]".
[[nodiscard]] std::vector<SpecField> spec_fields(const ContainerSpec& spec);

/// Where a setting comes from, for people: "skills.toml:12:10 (docker.memory)", "policy baseline", "--env".
[[nodiscard]] std::string describe_origin(const Origin& origin, const ContainerSpec& spec);

/// The `spec` object of the explain document: {field: {"value", "origin"}}; lists are arrays of such objects.
[[nodiscard]] json::object spec_document(const ContainerSpec& spec);

}  // namespace skillrun
