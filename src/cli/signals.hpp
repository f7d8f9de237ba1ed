#pragma once

#include <skillrun/run.hpp>

namespace skillrun::cli {

/// Passes INT, TERM, HUP, QUIT, USR1, USR2 and WINCH on to the run while it exists, and XCPU as TERM. Signals that were
/// ignored when the program began (nohup) stay ignored. At most one object at a time.
class SignalForwarding {
 public:
  explicit SignalForwarding(RunControl& control);
  SignalForwarding(const SignalForwarding&) = delete;
  SignalForwarding& operator=(const SignalForwarding&) = delete;
  ~SignalForwarding();
};

}  // namespace skillrun::cli
