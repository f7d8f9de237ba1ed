#pragma once

#include <string>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/command.hpp"

namespace skillrun::inline v0 {

/// A command-line client of an engine: where it is and how one command of it is run.
class Client {
 public:
  explicit Client(std::string program) : program_(std::move(program)) {}

  [[nodiscard]] const std::string& program() const noexcept { return program_; }

  /// The request for `words` with the scrubbed environment.
  [[nodiscard]] ProcessRequest request(std::vector<std::string> words) const;

  /// Runs `words`; an exit status other than 0 is an error with the client's words.
  [[nodiscard]] EngineResult<std::string> run(std::vector<std::string> words, CallLimits limits,
                                              const CommandStreams& streams = {}) const;
  [[nodiscard]] EngineResult<std::string> run(const ProcessRequest& request, CallLimits limits,
                                              const CommandStreams& streams = {}) const;

 private:
  std::string program_;
};

/// The kind of a failure, from what a client wrote: no exit status of a client tells "no such container" from "no
/// daemon".
[[nodiscard]] EngineError client_error(const std::string& program, int status, std::string_view words);

}  // namespace skillrun::inline v0
