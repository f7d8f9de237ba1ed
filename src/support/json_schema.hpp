#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "support/json.hpp"

namespace skillrun::schema {

// The words of JSON Schema (draft 2020-12) that the schemas of skillrun are made of. Each value has one type: where
// several may stand, `any_of` says so, which validators in strict mode ask for.

/// The beginning of a document: dialect, `$id` (urn:skillrun:schema:NAME:1), title and description.
[[nodiscard]] json::object head(std::string_view name, std::string_view title, std::string_view description);

[[nodiscard]] json::object of_type(std::string_view type);
[[nodiscard]] json::object text();
/// A text that matches the pattern, which is a regular expression of ECMA-262.
[[nodiscard]] json::object text_like(std::string_view pattern);
/// A text of at least one character.
[[nodiscard]] json::object name();
[[nodiscard]] json::object flag();
/// A whole number from `least` up.
[[nodiscard]] json::object whole(std::int64_t least);
[[nodiscard]] json::object one_of_words(std::span<const std::string_view> words);
[[nodiscard]] json::object one_of_words(std::initializer_list<std::string_view> words);
[[nodiscard]] json::object list_of_items(json::object items);
[[nodiscard]] json::object reference(std::string_view definition);
[[nodiscard]] json::object any_of(std::initializer_list<json::object> schemas);
[[nodiscard]] json::object or_null(json::object schema);
/// A table of values by names that the schema does not know; `names` says what they look like.
[[nodiscard]] json::object map_of(json::object values, json::object names);
/// The schema with its description in front.
[[nodiscard]] json::object described(std::string_view description, json::object schema);

/// Holds for objects that have the key.
[[nodiscard]] json::object having(std::string_view key);

enum class Presence : std::uint8_t { optional, required };

/// An object that has no other keys than those that are added.
class Table {
 public:
  Table& add(std::string_view key, json::object schema, Presence presence = Presence::optional);
  [[nodiscard]] json::object take();

 private:
  json::object properties_;
  json::array required_;
};

/// A table whose keys are always there, as programs write it.
[[nodiscard]] json::object record(std::initializer_list<std::pair<std::string_view, json::object>> members);

}  // namespace skillrun::schema
