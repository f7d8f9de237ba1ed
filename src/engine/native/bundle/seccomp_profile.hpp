#pragma once

#include <span>
#include <string>
#include <string_view>

#include <skillrun/engine_call.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// For whom a profile is resolved.
struct SeccompTarget {
  std::string architecture;                   ///< as Go calls it: "amd64", "arm64"
  std::span<const std::string> capabilities;  ///< the bounding set, with CAP_
  std::string kernel = {};                    ///< its release, "6.1.0-18-amd64"; empty: this machine's
};

/// Turns a profile in docker's format (profiles/seccomp of moby, pkg/seccomp of containers/common) into `linux.seccomp`
/// of the OCI runtime specification: entries that are for other architectures, capabilities or kernels are left out.
///
/// A profile may be anybody's words. What is not understood is an error of kind refused that names its place by a JSON
/// pointer: a member that is left out could be the one that denies. `listenerPath`, which hands every decision to
/// another process, is refused too. An error number that is given as a name and as a number must be one. Pure but for
/// uname(2); safe from several threads.
[[nodiscard]] EngineResult<json::object> resolve_seccomp(std::string_view profile, const SeccompTarget& target);

}  // namespace skillrun::inline v0
