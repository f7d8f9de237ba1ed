#include "report/manifest_schema.hpp"

#include <charconv>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include <skillrun/report.hpp>
#include <skillrun/spec.hpp>

#include "manifest/names.hpp"
#include "manifest/readers.hpp"
#include "manifest/skill_fields.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using schema::described;
using schema::reference;

/// The values there are, where a text is not free.
struct Words {
  std::string_view table;
  std::string_view key;
  std::vector<std::string_view> words;
};

const std::vector<Words>& words_of_keys() {
  using enum Propagation;
  static const std::vector<Words> all{
      {"docker", "pull", {to_string(PullPolicy::missing), to_string(PullPolicy::always), to_string(PullPolicy::never)}},
      {"docker", "tty", {"auto", "true", "false"}},
      {"mount", "type", {to_string(MountType::bind), to_string(MountType::volume), to_string(MountType::tmpfs)}},
      {"mount",
       "propagation",
       {to_string(private_), to_string(rprivate), to_string(shared), to_string(rshared), to_string(slave),
        to_string(rslave)}},
  };
  return all;
}

json::object text_schema(std::string_view table, std::string_view key) {
  if (table == "skill" && key == "runtime") return schema::one_of_words(runtime_words);
  if (table == "skill" && key == "default_instance") return schema::text_like(name_pattern);
  for (const Words& known : words_of_keys()) {
    if (known.table != table || known.key != key) continue;
    return schema::any_of({schema::one_of_words(known.words), schema::text_like("\\$")});  // or a variable
  }
  return schema::text();
}

json::object scalar_schema(json::object text, Scalars scalars) {
  switch (scalars) {
    case Scalars::strings: return text;
    case Scalars::numbers: return schema::any_of({std::move(text), schema::of_type("number")});
    case Scalars::booleans: return schema::any_of({std::move(text), schema::flag()});
  }
  return text;
}

json::object key_schema(Keys keys) {
  return keys == Keys::environment ? schema::text_like(environment_name_pattern) : schema::name();
}

template <class Table>
json::object value_schema(std::string_view table, const Field<Table>& field) {
  return std::visit(
      [&]<class T>(std::optional<T> Table::*) -> json::object {
        if constexpr (std::is_same_v<T, WrittenText>) {
          return scalar_schema(text_schema(table, field.key), field.scalars);
        } else if constexpr (std::is_same_v<T, WrittenList>) {
          return schema::list_of_items(scalar_schema(schema::text(), field.scalars));
        } else if constexpr (std::is_same_v<T, WrittenMap>) {
          return schema::map_of(scalar_schema(schema::text(), field.scalars), key_schema(field.keys));
        } else if constexpr (std::is_same_v<T, Located<bool>>) {
          return schema::flag();
        } else if constexpr (std::is_same_v<T, MountTables>) {
          return schema::list_of_items(reference("mount"));
        } else if constexpr (std::is_same_v<T, PackageBuild>) {
          return reference("packages");
        } else if constexpr (std::is_same_v<T, BuildTable>) {
          return reference("build");
        } else if constexpr (std::is_same_v<T, CapabilityTable>) {
          return reference("capabilities");
        } else if constexpr (std::is_same_v<T, ServiceNeeds>) {
          return schema::list_of_items(schema::any_of({schema::text(), reference("service")}));
        } else {
          static_assert(std::is_same_v<T, DockerRuntimeConfig>);
          return reference("docker");
        }
      },
      field.member);
}

json::value to_json(const ValueNode& node) {
  switch (node.kind) {
    case NodeKind::table: {
      json::object object;
      for (const Member& member : node.members) object[member.key] = to_json(member.value);
      return object;
    }
    case NodeKind::array: {
      json::array array;
      for (const ValueNode& item : node.items) array.push_back(to_json(item));
      return array;
    }
    case NodeKind::boolean: return node.text == "true";
    case NodeKind::integer: {
      std::int64_t number = 0;
      std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
      return number;
    }
    default: return json::value(node.text);
  }
}

/// A value of TOML as JSON.
json::value example_of(std::string_view toml) {
  const auto source = std::make_shared<const SourceText>(
      SourceText{.name = "example", .directory = {}, .text = fmt::format("v = {}", toml)});
  Reporter reporter(source);
  const TextIndex index(source->text);
  const auto root = read_toml(index, reporter);
  return root && !root->members.empty() ? to_json(root->members.front().value) : json::value(nullptr);
}

template <class Table, class Fields>
void add_fields(schema::Table& to, std::string_view table, const Fields& fields) {
  for (const Field<Table>& field : fields) {
    json::object value = described(field.description, value_schema(table, field));
    value["examples"] = list_of(example_of(field.example));
    to.add(field.key, std::move(value));
  }
}

template <class Table>
json::object table_schema(std::string_view name) {
  schema::Table table;
  add_fields<Table>(table, name, fields_of<Table>());
  return table.take();
}

/// The object with at least one of the keys.
json::object with_one_of(json::object table, std::initializer_list<std::string_view> keys, bool exactly) {
  json::array ways;
  for (const std::string_view key : keys) ways.push_back(schema::having(key));
  table[exactly ? "oneOf" : "anyOf"] = std::move(ways);
  return table;
}

json::object skill_schema() {
  schema::Table table;
  add_fields<SkillDefinition>(table, "skill", fields_of<SkillDefinition>());
  table.add(Fields<SkillDefinition>::nested[0],
            described("variants of the skill, chosen with SKILL@INSTANCE or default_instance",
                      schema::map_of(reference("instance"), schema::text_like(name_pattern))));
  return with_one_of(table.take(), {"docker", "source", "runtime"}, false);
}

}  // namespace

json::object manifest_definitions() {
  return {
      {"mount", table_schema<MountTable>("mount")},
      {"packages", table_schema<PackageBuild>("packages")},
      {"build", with_one_of(table_schema<BuildTable>("build"), {"context", "packages"}, true)},
      {"docker", table_schema<DockerRuntimeConfig>("docker")},
      {"capabilities", table_schema<CapabilityTable>("capabilities")},
      {"service", with_one_of(table_schema<ServiceNeed>("service"), {"name"}, true)},
      {"instance", table_schema<InstanceDefinition>("instance")},
      {"skill", skill_schema()},
      {"skills", schema::map_of(reference("skill"), schema::text_like(name_pattern))},
  };
}

std::string manifest_schema() {
  json::object document =
      schema::head("manifest", "skillrun manifest", "Skills: container images and the settings to run them with.");
  schema::Table defaults;
  defaults.add(default_table_keys[0], described("variables for every skill of the file",
                                                schema::map_of(scalar_schema(schema::text(), Scalars::numbers),
                                                               key_schema(Keys::environment))));
  defaults.add(default_table_keys[1],
               described("what the instances of the file may reach, key by key, where they do not say it themselves",
                         reference("capabilities")));
  json::object version{{"description", "version of the format"}, {"enum", json::array{known_version, 1}}};
  schema::Table root;
  root.add(manifest_keys[0], std::move(version));
  root.add(manifest_keys[1], described("what all skills of the file share", defaults.take()));
  root.add(manifest_keys[2], described("the skills by name", reference("skills")));
  for (auto& [key, value] : root.take()) document[key] = std::move(value);
  document["$defs"] = manifest_definitions();
  return pretty(document);
}

}  // namespace skillrun::inline v0
