#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// Writes everything; false when that is not possible (errno says why).
[[nodiscard]] bool write_all(int descriptor, std::string_view text);

}  // namespace skillrun::inline v0
