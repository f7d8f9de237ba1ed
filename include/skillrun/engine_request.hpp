#pragma once

#include <string>
#include <vector>

#include <skillrun/engine.hpp>
#include <skillrun/export.hpp>

namespace skillrun::inline v0 {

/// The body of the Engine API's create request for a spec, as JSON text. What explain and --dry-run show is what the
/// API engine sends.
[[nodiscard]] SKILLRUN_API std::string create_request_json(const ContainerSpec& spec, const RunLabels& labels,
                                                           const StartOptions& options, const EngineInfo& engine);

/// A spec as a command line.
struct CommandLine {
  std::vector<std::string> words;  ///< {"docker", "run", "--flag=value", ..., "--", image, args...}
  std::vector<std::string> gaps;   ///< what the program has no words for, each as half a sentence
};

/// The command line for people. The values of environment variables are in it as NAME=VALUE; what the CLI engine really
/// starts passes them through its environment instead.
[[nodiscard]] SKILLRUN_API CommandLine docker_run_command(const ContainerSpec& spec, const RunLabels& labels,
                                                          const StartOptions& options, const EngineInfo& engine);

}  // namespace skillrun::inline v0
