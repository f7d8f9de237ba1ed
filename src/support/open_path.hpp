#pragma once

#include <expected>
#include <string>
#include <system_error>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// Opens an absolute, clean path and follows no symbolic link in any component: what is opened is what lies under this
/// name, or it is an error (ELOOP for a link). `flags` are those of the last component, close-on-exec is added.
[[nodiscard]] std::expected<UniqueFd, std::error_code> open_without_links(const std::string& path, int flags);

}  // namespace skillrun::inline v0
