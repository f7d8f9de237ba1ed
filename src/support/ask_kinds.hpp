#pragma once

#include <span>

#include <skillrun/grant.hpp>

namespace skillrun::inline v0 {

/// Every kind that there is, for schemas.
[[nodiscard]] std::span<const AskKind> ask_kinds() noexcept;

}  // namespace skillrun::inline v0
