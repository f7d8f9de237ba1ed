#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/declaration.hpp>
#include <skillrun/export.hpp>
#include <skillrun/grant.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// What the caller adds on the command line; judged like the manifest's values.
struct RunOverrides {
  std::vector<std::string> arguments;    ///< appended to the command
  std::vector<std::string> environment;  ///< NAME=VALUE, or NAME to copy the caller's value
  std::optional<std::string> timeout;
  std::optional<std::string> pull;
  std::optional<TtyMode> tty;
  std::optional<bool> stdin_open;
  std::optional<bool> keep;  ///< --keep: do not remove the container
  Grants grants;             ///< what the caller lets the skill have, by options and by recorded answers
};

/// Builds the spec: types every value, folds extra_args in, and records an origin for each. Never fails: what cannot
/// be read becomes a finding in `problems`, so that everything is reported at once. Pure.
[[nodiscard]] SKILLRUN_API ContainerSpec normalize(const ResolvedSkill& skill, const RunOverrides& overrides,
                                                   const CallerContext& caller, const VariableSource& environment);

}  // namespace skillrun::inline v0
