#include <fmt/format.h>

#include "app/collect_garbage.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/requests.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

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

void declare_gc(OptionSet& options, GcRequest& request) {
  options.flag("--dry-run", request.dry_run, "Say what would be removed; remove nothing");
  options.format(request.format);
  options.footer(
      "Removes only what belongs to a skillrun of this machine that has certainly ended. What is kept (--keep), "
      "what\n"
      "a living skillrun uses and what is not known to be skillrun's is left alone, and listed with the reason.\n\n"
      "Exit status: 0 everything that was to be removed is gone, 125 something could not be removed or no engine "
      "answers.");
}

int run_gc(const GlobalOptions& global, const GcRequest& request) {
  const Console console(global);
  app::Warnings warnings;
  const auto garbage = app::collect_garbage(global, request.dry_run, warnings);
  console.warnings(warnings);
  if (!garbage) {
    console.failure(garbage.error());
    return garbage.error().exit_status();
  }
  const bool written = console.print(request.format == OutputFormat::json
                                         ? pretty(as_json(garbage->leftovers, request.dry_run, garbage->engine))
                                         : as_text(garbage->leftovers, request.dry_run));
  return written && garbage->removed ? success : failed;
}

}  // namespace

Command gc_command() {
  return Command(CommandParts<GcRequest>{.name = "gc",
                                         .help = "Remove the containers and folders that a killed skillrun left behind",
                                         .place = 13,
                                         .declare = declare_gc,
                                         .run = run_gc});
}

}  // namespace skillrun::cli
