#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// An OCI runtime: a program that makes containers of bundles.
struct RuntimeProgram {
  std::string name;  ///< "crun", "runc", ...
  std::string path;
};

/// The runtime that `choice` means: a name, a path, or empty for the first that is installed of crun and runc. Looked
/// up in `path` (PATH). Nothing where it is not there.
[[nodiscard]] std::optional<RuntimeProgram> find_runtime(std::string_view choice, const std::string& path);

/// What the program says of its version: "1.8.1".
[[nodiscard]] EngineResult<std::string> version_of(const RuntimeProgram& runtime, CallLimits limits);

/// The program that keeps containers (src/keeper): beside this program or library in the build tree and in an
/// installation. Nothing where it is not there.
[[nodiscard]] std::optional<std::string> find_keeper();

}  // namespace skillrun::inline v0
