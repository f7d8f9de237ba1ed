#pragma once

#include <expected>
#include <string>

#include <skillrun/spec.hpp>

#include "engine/docker/dialect.hpp"

namespace skillrun::inline v0 {

/// One `--mount`, `--volume` or `--tmpfs` word of a client; or why none can say it.
[[nodiscard]] std::expected<std::string, std::string> mount_word(const Mount& mount, const Dialect& dialect);

}  // namespace skillrun::inline v0
