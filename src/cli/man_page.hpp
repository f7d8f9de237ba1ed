#pragma once

#include <string>

#include "cli/command_table.hpp"

namespace skillrun::cli {

/// The manual page skillrun.1, in the macros of man(7). man/skillrun.1 is this text.
[[nodiscard]] std::string man_page(const CommandEntry& program);

}  // namespace skillrun::cli
