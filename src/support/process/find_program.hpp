#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// The executable that `name` means: itself when it holds a slash, else the first match in `path` (colon-separated;
/// relative entries are passed over, so that no working directory decides what runs).
[[nodiscard]] std::optional<std::string> find_program(const std::string& name, std::string_view path);

}  // namespace skillrun::inline v0
