#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// Labels by which skillrun marks what it makes. Nobody else may set one: neither a manifest nor an image.
inline constexpr std::string_view reserved_label_prefix = "skillrun.";

[[nodiscard]] constexpr bool is_reserved_label(std::string_view key) noexcept {
  return key.starts_with(reserved_label_prefix);
}

/// Where the names of the images are that skillrun builds. No name below .invalid ever leads anywhere (RFC 6761), so
/// nothing can be pulled from there; and no manifest may name it, so nothing that was built is anybody else's image.
inline constexpr std::string_view reserved_registry = "skillrun.invalid";

/// With any port and in any case, although engines take those for other names.
[[nodiscard]] bool is_reserved_registry(std::string_view registry);

}  // namespace skillrun::inline v0
