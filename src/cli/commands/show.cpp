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

json::value optional_text(const std::optional<WrittenText>& text) {
  return text ? json::value(text->value) : json::value(nullptr);
}

json::object instance_document(const InstanceDefinition& instance) {
  json::object document{{"name", instance.name}, {"description", optional_text(instance.description)}};
  if (instance.env) document["env"] = map_document(*instance.env);
  if (instance.config) document["config"] = map_document(*instance.config);
  if (instance.network_access) document["network_access"] = instance.network_access->value;
  if (instance.allowed_paths) {
    json::array paths;
    for (const WrittenText& path : instance.allowed_paths->items) paths.emplace_back(path.value);
    document["allowed_paths"] = std::move(paths);
  }
  if (instance.docker) document["docker"] = docker_document(*instance.docker);
  return document;
}

json::object written_document(const SkillDefinition& skill) {
  json::object document;
  if (skill.description) document["description"] = skill.description->value;
  if (skill.source) document["source"] = skill.source->value;
  if (skill.runtime) document["runtime"] = skill.runtime->value;
  if (skill.default_instance) document["default_instance"] = skill.default_instance->value;
  if (skill.env) document["env"] = map_document(*skill.env);
  if (skill.config) document["config"] = map_document(*skill.config);
  if (skill.services) {
    json::array services;
    for (const WrittenText& service : skill.services->items) services.emplace_back(service.value);
    document["services"] = std::move(services);
  }
  if (skill.docker) document["docker"] = docker_document(*skill.docker);
  json::array instances;
  for (const InstanceDefinition& instance : skill.instances) instances.emplace_back(instance_document(instance));
  if (!instances.empty()) document["instances"] = std::move(instances);
  return document;
}

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
                        {"written", written_document(skill)},
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
