#pragma once

#include <cerrno>
#include <cstring>
#include <expected>
#include <string>
#include <string_view>

namespace skillrun::keeper {

/// What went wrong, with the words of errno.
[[nodiscard]] inline std::unexpected<std::string> failed(std::string_view what) {
  return std::unexpected(std::string(what) + ": " + std::strerror(errno));
}

}  // namespace skillrun::keeper
