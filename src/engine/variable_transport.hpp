#pragma once

#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// How the variables of a skill travel to the client that creates its container. A value is never an argument, where
/// every user of the machine can read it.
///
/// The way of choice is an env file that has no name: an unlinked memory file which only the client inherits. What the
/// line format of such files cannot carry (line breaks, quotes, outer blanks, ...) goes through the client's own
/// environment, unless the name would steer the client or one of its helpers there: LD_PRELOAD of a container must not
/// become LD_PRELOAD of a program on this machine.
struct VariableTransport {
  Variables in_file;
  Variables in_environment;
  std::vector<std::string> impossible;  ///< names that neither way can carry
};

[[nodiscard]] VariableTransport plan_transport(const Variables& variables);

/// True when a client's own environment can carry the variable without steering the client or a helper of it.
[[nodiscard]] bool fits_the_environment(const std::string& name, const std::string& value);

/// The memory file with a NAME=VALUE line for each of `variables`; no descriptor when there are none.
[[nodiscard]] EngineResult<UniqueFd> make_env_file(const Variables& variables);

}  // namespace skillrun::inline v0
