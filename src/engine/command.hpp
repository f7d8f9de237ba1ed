#pragma once

#include <cstddef>
#include <string>

#include <skillrun/engine.hpp>

#include "support/process/spawn.hpp"

namespace skillrun::inline v0 {

struct CommandResult {
  int status = 0;  ///< exit status, or 128+N
  std::string output;
  std::string error;  ///< the last part, where there was a lot
};

/// Where a command's input comes from and its lines go to.
struct CommandStreams {
  const ByteSource* input = nullptr;       ///< null: /dev/null
  const ProgressSink* progress = nullptr;  ///< gets each line of both outputs; `output` stays empty then
};

/// Runs a program to its end. Output is bounded: more than `max_command_output` bytes are an error. When the limits end
/// the call, the program is ended with its group; when the input fails, it is killed before it sees an end of input.
[[nodiscard]] EngineResult<CommandResult> run_command(const ProcessRequest& request, CallLimits limits,
                                                      const CommandStreams& streams = {});

inline constexpr std::size_t max_command_output = std::size_t{16} << 20;

/// What a program that could not be started means to the call that wanted it.
[[nodiscard]] EngineError engine_error(const ProcessError& error);

}  // namespace skillrun::inline v0
