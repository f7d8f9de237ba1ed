#include "run/next_run_guard.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

constexpr std::chrono::seconds lock_deadline{5};

}  // namespace

std::expected<void, NextRunGuard::Refused> NextRunGuard::begin(const ApprovedSpec& approved, const EngineInfo& engine,
                                                               std::string run, const Cancellation* cancellation) {
  auto noted = NotedWrites::begin(approved, engine, std::move(run), needed_placeholders(approved.spec()));
  if (!noted) {
    return std::unexpected(
        Refused{.message = fmt::format(
                    "what the skill can write cannot be put on record, so later runs could not tell what it made; "
                    "nothing was run ({}); set XDG_STATE_HOME to a folder that you can write to, or mount read-only",
                    noted.error()),
                .findings = {}});
  }
  noted_ = std::move(*noted);
  Findings findings = placeholders_.make(approved.spec(), {lock_deadline, cancellation});
  if (!findings.empty()) return std::unexpected(Refused{.message = {}, .findings = std::move(findings)});
  return {};
}

NextRunGuard::~NextRunGuard() {
  if (may_run_) return;
  noted_.end();
  // Where nobody knows what other skills can write, nothing is taken away.
  if (const auto places = all_written_places()) placeholders_.remove(*places);
}

}  // namespace skillrun::inline v0
