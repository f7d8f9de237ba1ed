#include "app/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace skillrun::app {

std::unexpected<RunResult> failure(Outcome outcome, std::string message, Findings findings) {
  RunResult result;
  result.outcome = outcome;
  result.message = std::move(message);
  result.findings = std::move(findings);
  return std::unexpected(std::move(result));
}

std::string errors_in(const Findings& findings) {
  const auto count = std::ranges::count_if(
      findings, [](const Finding& finding) { return finding.severity == Severity::error && !finding.waived; });
  return fmt::format("{} error{}", count, count == 1 ? "" : "s");
}

}  // namespace skillrun::app
