#pragma once

#include <expected>
#include <string>
#include <vector>

#include "support/process/process.hpp"
#include "support/process/process_error.hpp"

namespace skillrun::inline v0 {

/// What a child process is started with. There is never a shell between.
struct ProcessRequest {
  std::string program;                   ///< absolute path
  std::vector<std::string> arguments;    ///< argv without argv[0]
  std::vector<std::string> environment;  ///< NAME=VALUE, all of it: nothing is inherited
  int input = -1;                        ///< what the child gets as 0, 1, 2; -1 is /dev/null
  int output = -1;
  int error = -1;
  std::string directory;      ///< where it starts; empty: where this program is
  int extra = -1;             ///< what it gets as descriptor 3; -1: nothing
  bool has_terminal = false;  ///< `input` is a terminal for it alone, which its keys and its end then belong to
};

/// The descriptor number of ProcessRequest::extra in the child.
inline constexpr int extra_descriptor = 3;

/// Starts a program: in a process group of its own, which no signal of this program's terminal reaches, with default
/// signal dispositions, nothing blocked, no descriptor but those of the request. The error says why the program could
/// not be executed. Any thread may call it, whatever the others do.
[[nodiscard]] std::expected<Process, ProcessError> spawn(const ProcessRequest& request);

}  // namespace skillrun::inline v0
