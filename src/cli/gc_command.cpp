#include <chrono>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/preparation.hpp"
#include "run/labels.hpp"
#include "run/leftovers.hpp"
#include "run/noted_writes.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// Removing may have to kill first.
constexpr std::chrono::seconds call_deadline{60};

std::string_view action_of(const Leftover& leftover, bool dry_run) {
  if (!leftover.remove) return "left";
  if (leftover.trouble) return "failed";
  return dry_run ? "would-remove" : "removed";
}

std::string_view kind_of(const Leftover& leftover) {
  switch (leftover.kind) {
    case Leftover::Kind::container: return "container";
    case Leftover::Kind::folder: return "folder";
    case Leftover::Kind::record: return "record";
    case Leftover::Kind::pins: return "mounts";
  }
  return "";
}

std::string as_text(const std::vector<Leftover>& leftovers, bool dry_run) {
  std::string text;
  bool nothing = true;
  for (const Leftover& leftover : leftovers) {
    nothing = nothing && !leftover.remove;
    const std::string_view action = leftover.trouble             ? "could not remove"
                                    : leftover.remove && dry_run ? "would remove"
                                                                 : action_of(leftover, dry_run);
    const bool folder = leftover.kind == Leftover::Kind::folder || leftover.kind == Leftover::Kind::pins;
    constexpr std::size_t short_id = 12;
    text += fmt::format("{} {} {}", action, kind_of(leftover),
                        printable(folder ? leftover.name : leftover.name.substr(0, short_id)));
    if (!folder) text += fmt::format(" of skill '{}'", printable(leftover.skill));
    text += fmt::format(": {}{}\n", printable(leftover.reason),
                        leftover.trouble ? "; " + printable(*leftover.trouble) : "");
  }
  if (nothing) text += "nothing to remove\n";
  return text;
}

json::object as_json(const std::vector<Leftover>& leftovers, bool dry_run, const EngineInfo& engine) {
  json::array entries;
  for (const Leftover& leftover : leftovers) {
    const bool folder = leftover.kind == Leftover::Kind::folder || leftover.kind == Leftover::Kind::pins;
    json::object entry{{"kind", kind_of(leftover)},
                       {folder ? "path" : "id", leftover.name},
                       {"action", action_of(leftover, dry_run)},
                       {"reason", leftover.reason}};
    if (!folder) entry["skill"] = leftover.skill;
    if (leftover.kind == Leftover::Kind::container) entry["status"] = leftover.status;
    if (leftover.trouble) entry["error"] = *leftover.trouble;
    entries.push_back(std::move(entry));
  }
  return {
      {"engine", engine.kind}, {"endpoint", engine.endpoint}, {"dry_run", dry_run}, {"entries", std::move(entries)}};
}

/// Whatever container is still there by the label of its run may write, whether gc may remove it or not.
void end_writes(Engine& engine, CallLimits limits, const Console& console) {
  const auto containers = engine.find_containers(std::string(run_label), limits);
  if (!containers) {
    return console.warning(
        fmt::format("which containers are left can not be told: {}; what they could write stays "
                    "protected",
                    printable(containers.error().message)));
  }
  std::vector<std::string> alive;
  for (const ListedContainer& container : *containers) alive.push_back(label_of(container.labels, run_label));
  if (const std::error_code error = end_abandoned_writes(engine.info(), alive)) {
    console.warning(fmt::format("the record of what skills could write can not be changed: {}", error.message()));
  }
}

}  // namespace

int gc_command(const Invocation& invocation) {
  const Console console(invocation.global);
  auto engine = find_engine(invocation.global);
  if (!engine) {
    console.failure(engine.error());
    return engine.error().exit_status();
  }
  const CallLimits limits{.deadline = call_deadline};
  const RunRecords records = RunRecords::of_user();
  auto leftovers = find_leftovers(**engine, records, ProcessOwner::current(), look_at_process, limits);
  if (!leftovers) {
    console.error(fmt::format("the engine's containers can not be listed: {}", printable(leftovers.error().message)));
    return failed;
  }
  const bool all = invocation.dry_run || remove_leftovers(**engine, records, *leftovers, limits);
  if (!invocation.dry_run) end_writes(**engine, limits, console);
  const bool written = console.print(invocation.format == OutputFormat::json
                                         ? pretty(as_json(*leftovers, invocation.dry_run, (*engine)->info()))
                                         : as_text(*leftovers, invocation.dry_run));
  return written && all ? success : failed;
}

}  // namespace skillrun::cli
