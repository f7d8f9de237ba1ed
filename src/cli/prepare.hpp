#pragma once

#include <expected>

#include "app/judge.hpp"
#include "app/prepare.hpp"
#include "cli/console.hpp"
#include "cli/global_options.hpp"

namespace skillrun::cli {

/// Prepares the skill of a run, explain or allow, and says what was ignored.
[[nodiscard]] std::expected<app::Prepared, RunResult> prepare(const app::Selection& selection,
                                                              const app::SkillRequest& request, const Console& console);

/// Judges it for what goes on with the engine, and says which was taken where that is not the usual one.
[[nodiscard]] std::expected<app::Admitted, RunResult> admit_on_engine(const app::Selection& selection,
                                                                      const app::Prepared& prepared,
                                                                      const Console& console,
                                                                      const Cancellation& cancellation);

/// The findings of a skill that may run, and why what was granted earlier does not hold.
void tell_findings(const app::Prepared& prepared, const Findings& findings, const Console& console);

}  // namespace skillrun::cli
