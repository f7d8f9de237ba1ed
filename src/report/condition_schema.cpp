#include "report/condition_schema.hpp"

#include <string>

#include <fmt/format.h>

#include "policy/conditions/field_reference.hpp"
#include "spec/condition_fields.hpp"

namespace skillrun::inline v0 {

namespace {

using schema::any_of;
using schema::described;
using schema::list_of_items;
using schema::Presence;
using schema::reference;
using schema::text_like;

std::string escaped(std::string_view name) {
  std::string pattern;
  for (const char c : name) pattern += c == '.' ? std::string("\\.") : std::string(1, c);
  return pattern;
}

/// ["KEY"] or ['KEY'].
constexpr std::string_view any_key = R"(\[("[^"]+"|'[^']+')\])";

/// The parts as alternatives of a pattern.
std::string parts_pattern(const ListField& list) {
  std::string pattern;
  for (const ElementField& part : list.parts) {
    if (!pattern.empty()) pattern += '|';
    pattern += escaped(shown_name(part));
    if (part.entry != nullptr) pattern += any_key;
  }
  return pattern;
}

/// One value, or a list as a whole: the names for editors, and a pattern for each list that is asked by keys.
json::object field_of_spec() {
  json::array names;
  json::array ways;
  for (const ScalarField& field : scalar_fields()) names.emplace_back(field.name);
  for (const ListField& list : list_fields()) names.emplace_back(list.name);
  ways.push_back(json::object{{"type", "string"}, {"enum", std::move(names)}});
  for (const ListField& list : list_fields()) {
    if (list.key < 0) continue;
    ways.push_back(text_like(fmt::format("^{}{}(\\.({}))?$", escaped(list.name), any_key, parts_pattern(list))));
  }
  return {{"anyOf", std::move(ways)}};
}

/// The elements of a list, or one part of each.
json::object field_of_elements() {
  json::array names;
  json::array ways;
  for (const ListField& list : list_fields()) {
    names.emplace_back(fmt::format("{}[*]", list.name));
    for (const ElementField& part : list.parts) {
      const std::string name = fmt::format("{}[*].{}", list.name, shown_name(part));
      if (part.entry == nullptr) {
        names.emplace_back(name);
      } else {
        ways.push_back(
            text_like(fmt::format(R"(^{}\[\*\]\.{}{}$)", escaped(list.name), escaped(shown_name(part)), any_key)));
      }
    }
  }
  ways.insert(ways.begin(), json::object{{"type", "string"}, {"enum", std::move(names)}});
  return {{"anyOf", std::move(ways)}};
}

/// A part of the element that `where` looks at.
json::object field_of_element() {
  std::string pattern;
  for (const ListField& list : list_fields()) pattern += (pattern.empty() ? "" : "|") + parts_pattern(list);
  return text_like(fmt::format("^({})$", pattern));
}

/// `field` with at least one operator.
json::object test_schema(json::object field) {
  schema::Table table;
  table.add("field", described("what is looked at", std::move(field)), Presence::required);
  for (const DocumentKey& key : condition_operators) table.add(key.name, key_schema(key));
  json::object schema = table.take();
  schema["minProperties"] = 2;
  return schema;
}

/// all, any, none, not; within `where` none of them is about a list.
json::object forms_schema(bool inner) {
  schema::Table table;
  for (const DocumentKey& key : condition_forms) {
    if (!inner) {
      table.add(key.name, key_schema(key));
    } else if (key.shape == KeyShape::conditions) {
      table.add(key.name, described(key.description, reference("part_conditions")));
    } else {
      table.add(key.name, described(key.description, reference("part_condition")));
    }
  }
  json::object schema = table.take();
  schema["minProperties"] = 1;
  return schema;
}

json::object list_of_conditions(std::string_view condition) {
  json::object schema = list_of_items(reference(condition));
  schema["minItems"] = 1;
  return schema;
}

json::object where_schema() {
  schema::Table table;
  table.add("field", described("the list, as mounts[*]", field_of_elements()), Presence::required);
  table.add("where", described("what holds of one and the same element", reference("part_condition")),
            Presence::required);
  return table.take();
}

}  // namespace

json::object condition_definitions() {
  return {
      {"condition", any_of({test_schema(field_of_spec()), forms_schema(false)})},
      {"conditions", list_of_conditions("condition")},
      {"elements", any_of({test_schema(field_of_elements()), where_schema()})},
      {"part_condition", any_of({test_schema(field_of_element()), forms_schema(true)})},
      {"part_conditions", list_of_conditions("part_condition")},
  };
}

}  // namespace skillrun::inline v0
