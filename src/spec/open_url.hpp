#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// True for a URL that lets in nobody who has it: scheme://host:port/path, without user information, and with nothing
/// in its query or its fragment that is a secret by its name. What is not surely such a URL is none.
[[nodiscard]] bool is_open_url(std::string_view value) noexcept;

}  // namespace skillrun::inline v0
