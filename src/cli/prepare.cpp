#include "cli/prepare.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::cli {

std::expected<app::Prepared, RunResult> prepare(const app::Selection& selection, const app::SkillRequest& request,
                                                const Console& console) {
  app::Warnings warnings;
  auto prepared = app::prepare(selection, request, warnings);
  console.warnings(warnings);
  return prepared;
}

std::expected<app::Admitted, RunResult> admit_on_engine(const app::Selection& selection, const app::Prepared& prepared,
                                                        const Console& console, const Cancellation& cancellation) {
  app::Warnings warnings;
  auto admitted = app::admit_on_engine(selection, prepared, warnings, &cancellation);
  console.warnings(warnings);
  return admitted;
}

void tell_findings(const app::Prepared& prepared, const Findings& findings, const Console& console) {
  console.findings(findings);
  for (const Grant& grant : prepared.options) {
    const auto used = [&](const Finding& finding) { return finding.granted == grant.by; };
    if (grant.kind == AskKind::mount && std::ranges::none_of(findings, used)) {
      console.warning(fmt::format("{} grants nothing: the manifest mounts nothing there that has to be asked for",
                                  printable(grant.by)));
    }
  }
  if (!prepared.stale.empty() && app::asks_for_something(findings)) console.warning(prepared.stale);
}

}  // namespace skillrun::cli
