#pragma once

#include <string>
#include <string_view>

namespace skillrun {

/// SHA-256 of the bytes, in lower-case hexadecimal without a prefix.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace skillrun
