#pragma once

#include <span>

#include <skillrun/grant.hpp>

namespace skillrun {

/// Every kind that there is, for schemas.
[[nodiscard]] std::span<const AskKind> ask_kinds() noexcept;

}  // namespace skillrun
