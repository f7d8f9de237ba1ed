#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// True when `path` is `root` or lies below it, by component: "/rootfs" is not below "/root". Both are absolute and
/// lexically clean. Nothing lies below an empty root: who names no folder opens none.
[[nodiscard]] constexpr bool is_within(std::string_view path, std::string_view root) noexcept {
  if (root.empty()) return false;
  if (root == "/") return path.starts_with('/');
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

}  // namespace skillrun::inline v0
