#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// RFC 4648, section 4, with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// RFC 4648, section 5 (- and _ for + and /), with padding.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// RFC 4648, section 4, with padding; nothing for any other text.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace skillrun::inline v0
