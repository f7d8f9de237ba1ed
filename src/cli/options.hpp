#pragma once

#include <any>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/global_options.hpp"

namespace skillrun::cli {

/// What the command line asks for.
struct Invocation {
  GlobalOptions global;
  Command command;

  template <class Request>
  [[nodiscard]] const Request& request() const {
    return *std::any_cast<const std::shared_ptr<Request>&>(command.request);
  }
  [[nodiscard]] int run() const { return command.run(global); }
};

/// The end of the program that parsing alone decides: help, the version, or wrong usage.
struct ParseExit {
  int status;
  std::string output;  ///< for standard output
  std::string error;   ///< for standard error
};

/// Reads the command line (without the program's name) and SKILLRUN_* variables. The skill's own arguments are split
/// off first and are never looked at.
[[nodiscard]] std::expected<Invocation, ParseExit> parse_command_line(std::vector<std::string> words);

}  // namespace skillrun::cli
