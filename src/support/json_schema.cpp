#include "support/json_schema.hpp"

#include <utility>

#include <fmt/format.h>

namespace skillrun::schema {

json::object head(std::string_view name, std::string_view title, std::string_view description) {
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"$id", fmt::format("urn:skillrun:schema:{}:1", name)},
          {"title", title},
          {"description", description}};
}

json::object of_type(std::string_view type) { return {{"type", type}}; }

json::object text() { return of_type("string"); }

json::object text_like(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

json::object name() { return {{"type", "string"}, {"minLength", 1}}; }

json::object flag() { return of_type("boolean"); }

json::object whole(std::int64_t least) { return {{"type", "integer"}, {"minimum", least}}; }

json::object one_of_words(std::span<const std::string_view> words) {
  return {{"type", "string"}, {"enum", json::array(words.begin(), words.end())}};
}

json::object one_of_words(std::initializer_list<std::string_view> words) {
  return one_of_words(std::span(words.begin(), words.size()));
}

json::object list_of_items(json::object items) { return {{"type", "array"}, {"items", std::move(items)}}; }

json::object reference(std::string_view definition) { return {{"$ref", fmt::format("#/$defs/{}", definition)}}; }

json::object any_of(std::initializer_list<json::object> schemas) {
  json::array all;
  for (const json::object& schema : schemas) all.emplace_back(schema);
  return {{"anyOf", std::move(all)}};
}

json::object or_null(json::object schema) { return any_of({std::move(schema), of_type("null")}); }

json::object map_of(json::object values, json::object names) {
  return {{"type", "object"}, {"propertyNames", std::move(names)}, {"additionalProperties", std::move(values)}};
}

json::object described(std::string_view description, json::object schema) {
  json::object all{{"description", description}};
  for (auto& [key, value] : schema) all[key] = std::move(value);
  return all;
}

json::object having(std::string_view key) {
  // Named as a property too: validators in strict mode ask for it.
  return {{"properties", json::object{{key, true}}}, {"required", list_of(json::value(key))}};
}

Table& Table::add(std::string_view key, json::object schema, Presence presence) {
  properties_[key] = std::move(schema);
  if (presence == Presence::required) required_.emplace_back(key);
  return *this;
}

json::object Table::take() {
  json::object schema{{"type", "object"}, {"properties", std::move(properties_)}};
  if (!required_.empty()) schema["required"] = std::move(required_);
  schema["additionalProperties"] = false;
  return schema;
}

json::object record(std::initializer_list<std::pair<std::string_view, json::object>> members) {
  Table table;
  for (const auto& [key, schema] : members) table.add(key, schema, Presence::required);
  return table.take();
}

}  // namespace skillrun::schema
