#pragma once

#include <string>
#include <vector>

#include "cli/command_table.hpp"

namespace program {

/// One call of the program.
struct CommandLine {
  std::string name;                ///< "lint --fail-on", for messages; all calls of one name exercise one option
  std::vector<std::string> words;  ///< without the program
};

/// Calls that exercise every option of every command, made from the program's own table: each option alone with each
/// value that its help lists, with values of its kind, and with nonsense. What nobody here knows a value or the usual
/// words for is in `unknown`: a new option or command cannot be forgotten.
struct CommandLines {
  std::vector<CommandLine> lines;
  std::vector<std::string> unknown;
};

[[nodiscard]] CommandLines every_command_line(const skillrun::cli::CommandEntry& program);

}  // namespace program
