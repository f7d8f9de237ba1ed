#pragma once

#include <string_view>

namespace skillrun::inline v0 {

// Patterns over "registry/repository": `*` stands for any text within a component, `**` for any text across them.
// Nothing here allocates; the cost is bounded by the product of the lengths.

/// True when `name` is one that `glob` describes, all of it.
[[nodiscard]] bool image_glob_matches(std::string_view glob, std::string_view name) noexcept;

/// True when every name that `inner` matches is certainly matched by `outer` as well.
[[nodiscard]] bool image_glob_covers(std::string_view outer, std::string_view inner) noexcept;

}  // namespace skillrun::inline v0
