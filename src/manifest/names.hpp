#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// Skills and instances: a letter or digit, then up to 63 of letters, digits, '.', '_' and '-'. Such a name is safe in
/// labels, container names, file names and on a terminal.
[[nodiscard]] bool is_valid_name(std::string_view name) noexcept;

/// The same as a regular expression, for schemas; and is_environment_name() as one.
inline constexpr std::string_view name_pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
inline constexpr std::string_view environment_name_pattern = "^[A-Za-z_][A-Za-z0-9._-]*$";

}  // namespace skillrun::inline v0
