#pragma once

#include <optional>
#include <string_view>

namespace skillrun::inline v0 {

/// The number of a signal given by its canonical name or number ("SIGTERM", "35").
[[nodiscard]] std::optional<int> signal_number(std::string_view name) noexcept;

}  // namespace skillrun::inline v0
