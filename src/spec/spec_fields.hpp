#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/spec.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// One set field of a spec: its name, its value, and where it comes from.
struct SpecField {
  std::string_view name;
  std::optional<std::size_t> index;  ///< of an element of a list
  json::value value;
  const Origin* origin;

  /// "memory", "mounts[0]".
  [[nodiscard]] std::string label() const;
  /// The value as one text: as docker's flags take it where it has one part.
  [[nodiscard]] std::string text() const;
  /// The same for people: 512m, 1.5 CPUs, 90s.
  [[nodiscard]] std::string words() const;
};

/// Every set field in a fixed order; each element of a list is a field of its own.
[[nodiscard]] std::vector<SpecField> spec_fields(const ContainerSpec& spec);

/// The names of all fields, set or not, in the same order. Nothing of a ContainerSpec that a manifest can say is
/// missing.
[[nodiscard]] std::span<const std::string_view> spec_field_names();

}  // namespace skillrun::inline v0
