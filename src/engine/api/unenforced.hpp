#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun {

/// A setting that the engine behind the API would drop, or read as something else, without saying so.
struct Unenforced {
  std::string field;
  std::string reason;
  bool declared = true;  ///< false: a policy's default filled the gap, and the run may go on without it
};

/// What of the spec this engine can not honour. Old servers and podman's compatible API ignore fields that they do not
/// know, so this must be asked before create.
[[nodiscard]] std::vector<Unenforced> unenforced_settings(const ContainerSpec& spec, const EngineInfo& engine);

/// The setting that a warning of the create answer says was discarded, if it says so and the spec has it.
[[nodiscard]] std::optional<Unenforced> unenforced_by_warning(const ContainerSpec& spec, std::string_view warning);

/// True when `version` ("1.41") is at least major.minor; false for what is no version.
[[nodiscard]] bool api_at_least(std::string_view version, int major, int minor);

}  // namespace skillrun
