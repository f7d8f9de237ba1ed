#pragma once

#include "cli/command_table.hpp"

namespace CLI {
class App;
}

namespace skillrun::cli {

/// The table of a parser's commands and options; what is hidden from the help is left out.
[[nodiscard]] CommandEntry describe(const CLI::App& app);

}  // namespace skillrun::cli
