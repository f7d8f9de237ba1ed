#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "spec/condition_fields.hpp"

namespace skillrun::inline v0 {

/// Which value a condition looks at.
struct FieldReference {
  const ScalarField* scalar = nullptr;  ///< a field of the spec
  const ListField* list = nullptr;      ///< or a list: all of it, one element by key, or the one that is looked at
  const ElementField* part = nullptr;   ///< of the element
  std::string key;                      ///< of labels["key"]
  std::string part_key;                 ///< of mounts[*].labels["key"]
  bool each = false;                    ///< written with [*]
  std::string text;                     ///< as written

  /// Nothing for a list as a whole, and for elements of several parts.
  [[nodiscard]] std::optional<FieldType> type() const noexcept {
    if (scalar != nullptr) return scalar->type;
    return part != nullptr ? std::optional(part->type) : std::nullopt;
  }
};

/// The name by which conditions ask for a part: `value` where elements have no parts.
[[nodiscard]] std::string_view shown_name(const ElementField& part) noexcept;

struct FieldFault {
  std::string message;
  std::string remedy;
};

/// Reads `memory`, `labels["x"]`, `mounts`, `mounts[*]`, `mounts[*].source`, `mounts[*].labels["x"]`; within the
/// elements of `list` the name of a part, or `value` where elements have no parts.
[[nodiscard]] std::expected<FieldReference, FieldFault> parse_field_reference(std::string_view text,
                                                                              const ListField* list);

}  // namespace skillrun::inline v0
