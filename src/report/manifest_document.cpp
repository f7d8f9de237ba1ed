#include "report/manifest_document.hpp"

#include "manifest/skill_fields.hpp"
#include "spec/docker_fields.hpp"
#include "spec/secret_texts.hpp"

namespace skillrun::inline v0 {

namespace {

template <class Table>
json::object table_document(const Table& table);

std::string shown_text(const WrittenText& text) { return with_names_of_secrets(text.value, text.expansions); }

json::value to_value(const WrittenText& text) { return json::value(shown_text(text)); }
json::value to_value(const Located<bool>& flag) { return json::value(flag.value); }
json::value to_value(const WrittenMap& map) { return map_document(map); }
json::value to_value(const PackageBuild& packages) { return table_document(packages); }
json::value to_value(const BuildTable& build) { return table_document(build); }
json::value to_value(const DockerRuntimeConfig& docker) { return table_document(docker); }
json::value to_value(const CapabilityTable& capabilities) { return table_document(capabilities); }

json::value to_value(const WrittenList& list) {
  json::array items;
  for (const WrittenText& text : list.items) items.emplace_back(shown_text(text));
  return items;
}

json::value to_value(const MountTables& mounts) {
  json::array items;
  for (const MountTable& mount : mounts.items) items.emplace_back(table_document(mount));
  return items;
}

json::value to_value(const ServiceNeeds& services) {
  json::array items;
  for (const ServiceNeed& service : services.items) items.emplace_back(table_document(service));
  return items;
}

template <class Table>
json::object table_document(const Table& table) {
  json::object document;
  for (const auto& field : fields_of<Table>()) {
    std::visit(
        [&](auto member) {
          if (table.*member) document[field.key] = to_value(*(table.*member));
        },
        field.member);
  }
  return document;
}

}  // namespace

json::object docker_document(const DockerRuntimeConfig& docker) { return table_document(docker); }

json::object skill_document(const SkillDefinition& skill) {
  json::object document = table_document(skill);
  json::array instances;
  for (const InstanceDefinition& instance : skill.instances) {
    json::object written{{"name", instance.name}};
    for (auto& [key, value] : table_document(instance)) written[key] = std::move(value);
    instances.emplace_back(std::move(written));
  }
  if (!instances.empty()) document["instances"] = std::move(instances);
  return document;
}

json::object map_document(const WrittenMap& map) {
  json::object document;
  for (const WrittenEntry& entry : map.entries) document[entry.key.value] = shown_text(entry.value);
  return document;
}

}  // namespace skillrun::inline v0
