#pragma once

namespace skillrun::cli {

/// The exit statuses of skillrun itself; a skill that ran gives its own. Part of the contract with scripts: see
/// docs/exit-status.md.
enum ExitStatus : int {
  success = 0,
  findings_found = 1,  ///< lint alone: something at or above --fail-on
  wrong_usage = 2,     ///< lint alone: wrong usage, or a file that cannot be read
  timed_out = 124,
  failed = 125,   ///< skillrun or the engine failed, wrong usage, a manifest that is not valid
  refused = 126,  ///< by policy, or the command cannot be invoked
  not_found = 127,
  interrupted = 130,
};

}  // namespace skillrun::cli
