#include <fmt/format.h>

#include "app/catalog.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/requests.hpp"
#include "report/display.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

std::string description(const SkillDefinition& skill) {
  return skill.description ? printable(skill.description->value) : "";
}

/// What stands in a column before others: cut, so that one of many words does not push the others off the screen.
std::string in_column(const std::string& text) {
  constexpr std::size_t most_columns = 50;
  if (display_width(text) <= most_columns) return text;
  return beginning_within(text, most_columns - 3) + "...";
}

std::string as_text(const SkillCatalog::Listing& listing) {
  std::vector<std::vector<std::string>> rows{{"SKILL", "DESCRIPTION", "FILE"}};
  for (const SkillCatalog::Entry& entry : listing.entries) {
    std::string name = entry.found.skill->name;
    for (const InstanceDefinition& instance : entry.found.skill->instances) name += " @" + instance.name;
    rows.push_back({in_column(name), in_column(description(*entry.found.skill)), entry.found.manifest->source->name});
    for (const std::string& shadowed : entry.shadows) rows.push_back({"", "", "shadows " + shadowed});
  }
  return table(rows);
}

std::string as_json(const SkillCatalog::Listing& listing) {
  json::array skills;
  for (const SkillCatalog::Entry& entry : listing.entries) {
    json::array instances;
    for (const InstanceDefinition& instance : entry.found.skill->instances) instances.emplace_back(instance.name);
    json::array shadows(entry.shadows.begin(), entry.shadows.end());
    skills.push_back(json::object{{"skill", entry.found.skill->name},
                                  {"description", description(*entry.found.skill)},
                                  {"instances", std::move(instances)},
                                  {"file", entry.found.manifest->source->name},
                                  {"line", entry.found.skill->span.begin.line},
                                  {"tier", entry.found.tier},
                                  {"shadows", std::move(shadows)}});
  }
  return pretty(skills);
}

int run_list(const GlobalOptions& global, const NamesRequest& request) {
  const Console console(global);
  app::Warnings warnings;
  auto catalog = app::open_catalog(global, warnings);
  console.warnings(warnings);
  if (!catalog) {
    console.failure(catalog.error());
    return catalog.error().exit_status();
  }
  const SkillCatalog::Listing listing = catalog->list();
  console.findings(listing.broken);
  console.warnings(app::doubts_of(*catalog));
  const bool written = console.print(request.format == OutputFormat::json ? as_json(listing) : as_text(listing));
  if (listing.entries.empty() && listing.broken.empty() && request.format == OutputFormat::text) {
    std::string message = "no skills found; looked in:";
    for (const std::string& place : catalog->discovery().searched) message += "\n    " + printable(place);
    console.error(message);
  }
  return written && listing.broken.empty() ? success : failed;
}

}  // namespace

Command list_command() {
  return Command(CommandParts<NamesRequest>{.name = "list",
                                            .help = "List the skills found, their files, and what they shadow",
                                            .place = 5,
                                            .declare =
                                                [](OptionSet& options, NamesRequest& request) {
                                                  options.format(request.format);
                                                  options.footer(
                                                      "Long descriptions are cut; --format json has them whole.");
                                                },
                                            .run = run_list});
}

}  // namespace skillrun::cli
