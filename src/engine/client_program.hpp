#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// True for the names of programs that take docker run's words.
[[nodiscard]] bool is_client_program(std::string_view name);

}  // namespace skillrun::inline v0
