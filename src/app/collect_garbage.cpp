#include "app/collect_garbage.hpp"

#include <chrono>

#include <fmt/format.h>

#include "app/failure.hpp"
#include "app/judge.hpp"
#include "run/labels.hpp"
#include "run/noted_writes.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace {

/// Removing may have to kill first.
constexpr std::chrono::seconds call_deadline{60};

/// Whatever container is still there by the label of its run may write, whether gc may remove it or not.
void end_writes(Engine& engine, CallLimits limits, Warnings& warnings) {
  const auto containers = engine.containers().find_containers(std::string(run_label), limits);
  if (!containers) {
    warnings.push_back(
        fmt::format("it is not known which containers are left: {}; what they could write stays protected",
                    printable(containers.error().message)));
    return;
  }
  std::vector<std::string> alive;
  for (const ListedContainer& container : *containers) alive.push_back(label_of(container.labels, run_label));
  if (const std::error_code error = end_abandoned_writes(engine.info(), alive)) {
    warnings.push_back(fmt::format("the record of what skills could write cannot be changed: {}", error.message()));
  }
}

}  // namespace

std::expected<Garbage, RunResult> collect_garbage(const Selection& selection, bool dry_run, Warnings& warnings) {
  auto engine = find_engine(selection);
  if (!engine) return std::unexpected(std::move(engine.error()));
  const CallLimits limits{.deadline = call_deadline};
  const RunRecords records = RunRecords::of_user();
  auto found = find_leftovers(**engine, records, ProcessOwner::current(), look_at_process, limits);
  if (!found) {
    return failure(outcome::Failed{RunFailure::engine_error},
                   fmt::format("the engine's containers cannot be listed: {}", printable(found.error().message)));
  }
  Garbage garbage{.engine = (*engine)->info(), .leftovers = std::move(*found)};
  if (dry_run) return garbage;
  garbage.removed = remove_leftovers((*engine)->containers(), records, garbage.leftovers, limits);
  end_writes(**engine, limits, warnings);
  return garbage;
}

}  // namespace skillrun::app
