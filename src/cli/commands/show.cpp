#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/prepare.hpp"
#include "cli/requests.hpp"
#include "report/manifest_document.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

void append_text(std::string& text, const json::object& document, std::size_t indent) {
  for (const auto& [key, value] : document) {
    text.append(indent, ' ');
    if (const json::object* table = value.if_object()) {
      text += fmt::format("{}:\n", printable(std::string_view(key)));
      append_text(text, *table, indent + 2);
    } else {
      const std::string shown = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
      text += fmt::format("{}: {}\n", printable(std::string_view(key)), printable(shown));
    }
  }
}

void declare_show(OptionSet& options, NamesRequest& request) {
  options.positionals("SKILL", request.names, 1, 1);
  options.format(request.format);
}

int run_show(const GlobalOptions& global, const NamesRequest& request) {
  const Console console(global);
  app::SkillRequest wanted;
  const std::string& word = request.names.front();
  wanted.skill = word.substr(0, word.find('@'));
  if (wanted.skill.size() < word.size()) wanted.instance = word.substr(wanted.skill.size() + 1);
  const auto prepared = prepare(global, wanted, console);
  if (!prepared) {
    console.failure(prepared.error());
    return prepared.error().exit_status();
  }
  const SkillDefinition& skill = *prepared->found.skill;
  json::object resolved{{"docker", docker_document(prepared->resolved.docker)},
                        {"env", map_document(prepared->resolved.env)},
                        {"config", map_document(prepared->resolved.config)}};
  json::object document{{"skill", skill.name},
                        {"file", prepared->found.manifest->source->name},
                        {"line", skill.span.begin.line},
                        {"tier", prepared->found.tier},
                        {"written", skill_document(skill)},
                        {"resolved", std::move(resolved)}};
  if (prepared->resolved.instance) document["instance"] = *prepared->resolved.instance;
  std::string text;
  if (request.format == OutputFormat::json) {
    text = pretty(document);
  } else {
    append_text(text, document, 0);
  }
  return console.print(text) ? success : failed;
}

}  // namespace

Command show_command() {
  return Command(CommandParts<NamesRequest>{.name = "show",
                                            .help = "Show one skill, as written and as resolved",
                                            .place = 6,
                                            .declare = declare_show,
                                            .run = run_show});
}

}  // namespace skillrun::cli
