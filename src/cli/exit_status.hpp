#pragma once

namespace skillrun::cli {

/// The exit statuses of skillrun itself; a skill that ran gives its own. Part of the contract with scripts: see
/// docs/exit-status.md.
enum ExitStatus : int {
  success = 0,
  timed_out = 124,
  failed = 125,   ///< skillrun or the engine failed, wrong usage, a manifest that is not valid
  refused = 126,  ///< by policy, or the command can not be invoked
  not_found = 127,
  interrupted = 130,
};

}  // namespace skillrun::cli
