#pragma once

#include <span>
#include <string_view>

namespace skillrun::inline v0 {

/// The capabilities of Linux without CAP_, in the order of their numbers (linux/capability.h).
[[nodiscard]] std::span<const std::string_view> capability_names() noexcept;

}  // namespace skillrun::inline v0
