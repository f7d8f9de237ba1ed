#pragma once

#include <expected>
#include <string>

#include <skillrun/run.hpp>

namespace skillrun::app {

/// A use case that ended before anything ran, with the status that a run would have.
[[nodiscard]] std::unexpected<RunResult> failure(Outcome outcome, std::string message, Findings findings = {});

/// "1 error", "2 errors": those that nobody has waived.
[[nodiscard]] std::string errors_in(const Findings& findings);

}  // namespace skillrun::app
