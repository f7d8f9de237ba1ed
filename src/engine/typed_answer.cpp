#include "engine/typed_answer.hpp"

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string entry_of(const std::string& place, std::size_t index) { return fmt::format("{}[{}]", place, index); }

}  // namespace

std::string_view type_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "a boolean";
    case json::kind::string: return "a text";
    case json::kind::array: return "a list";
    case json::kind::object: return "an object";
    default: return "a number";
  }
}

const json::value* TypedAnswer::present(std::string_view key) const {
  const json::value* value = object_->if_contains(key);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

std::string TypedAnswer::place_of(std::string_view key) const {
  return place_.empty() ? std::string(key) : fmt::format("{}.{}", place_, key);
}

void TypedAnswer::expected(const std::string& place, const json::value& found, std::string_view what) const {
  if (!*fault_) *fault_ = fmt::format("{} is {} where {} was expected", printable(place), type_name(found), what);
}

const json::object* TypedAnswer::object_or_fault(const std::string& place, const json::value& value) const {
  if (!value.is_object()) expected(place, value, "an object");
  return value.if_object();
}

const json::array* TypedAnswer::list_or_fault(const std::string& place, const json::value& value) const {
  if (!value.is_array()) expected(place, value, "a list");
  return value.if_array();
}

void TypedAnswer::append_text(std::vector<std::string>& to, const std::string& place, const json::value& value) const {
  if (!value.is_string()) return expected(place, value, "a text");
  to.emplace_back(std::string_view(value.get_string()));
}

void TypedAnswer::append_texts(std::vector<std::string>& to, const std::string& place, const json::value& value) const {
  const json::array* list = list_or_fault(place, value);
  if (list == nullptr) return;
  for (std::size_t at = 0; at < list->size(); ++at) append_text(to, entry_of(place, at), (*list)[at]);
}

std::string TypedAnswer::text(std::string_view key) const {
  const json::value* value = present(key);
  if (value == nullptr) return {};
  std::vector<std::string> found;
  append_text(found, place_of(key), *value);
  return found.empty() ? std::string() : std::move(found.front());
}

std::int64_t TypedAnswer::whole(std::string_view key, const json::value& value) const {
  if (!value.is_number()) {
    expected(place_of(key), value, "a number");
    return 0;
  }
  boost::system::error_code error;
  const auto number = value.to_number<std::int64_t>(error);
  if (!error) return number;
  expected(place_of(key), value, "a whole number of 64 bits");
  return 0;
}

std::int64_t TypedAnswer::number(std::string_view key) const { return number_if_present(key).value_or(0); }

std::optional<std::int64_t> TypedAnswer::number_if_present(std::string_view key) const {
  const json::value* value = present(key);
  if (value == nullptr) return std::nullopt;
  return whole(key, *value);
}

std::int64_t TypedAnswer::limit(std::string_view key) const {
  const json::value* value = present(key);
  return value != nullptr && value->is_uint64() ? -1 : number(key);
}

bool TypedAnswer::flag(std::string_view key) const { return flag_if_present(key).value_or(false); }

std::optional<bool> TypedAnswer::flag_if_present(std::string_view key) const {
  const json::value* value = present(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) expected(place_of(key), *value, "a boolean");
  return value->is_bool() && value->get_bool();
}

std::vector<std::string> TypedAnswer::texts(std::string_view key) const {
  std::vector<std::string> out;
  if (const json::value* value = present(key)) append_texts(out, place_of(key), *value);
  return out;
}

std::optional<std::vector<std::string>> TypedAnswer::texts_if_present(std::string_view key) const {
  if (!object_->contains(key)) return std::nullopt;
  return texts(key);
}

std::vector<std::string> TypedAnswer::text_or_texts(std::string_view key) const {
  const json::value* value = present(key);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (value->is_string()) {
    append_text(out, place_of(key), *value);
  } else {
    append_texts(out, place_of(key), *value);
  }
  return out;
}

std::string TypedAnswer::text_or_number(std::string_view key) const {
  const json::value* value = present(key);
  return value != nullptr && value->is_number() ? std::to_string(number(key)) : text(key);
}

std::vector<std::string> TypedAnswer::texts_of_lists(std::string_view key) const {
  std::vector<std::string> out;
  const json::value* value = present(key);
  const json::array* lists = value == nullptr ? nullptr : list_or_fault(place_of(key), *value);
  if (lists == nullptr) return out;
  for (std::size_t at = 0; at < lists->size(); ++at) append_texts(out, entry_of(place_of(key), at), (*lists)[at]);
  return out;
}

std::vector<std::pair<std::string, std::string>> TypedAnswer::pairs(std::string_view key) const {
  std::vector<std::pair<std::string, std::string>> out;
  const std::optional<TypedAnswer> members = object(key);
  if (!members) return out;
  for (const auto& member : *members->object_) {
    const std::string_view name = member.key();
    if (!member.value().is_null()) out.emplace_back(name, members->text(name));
  }
  return out;
}

std::vector<std::string> TypedAnswer::names(std::string_view key) const {
  std::vector<std::string> out;
  const std::optional<TypedAnswer> members = object(key);
  if (!members) return out;
  for (const auto& member : *members->object_) out.emplace_back(member.key());
  return out;
}

std::optional<TypedAnswer> TypedAnswer::object(std::string_view key) const {
  const json::value* value = present(key);
  const json::object* found = value == nullptr ? nullptr : object_or_fault(place_of(key), *value);
  if (found == nullptr) return std::nullopt;
  return TypedAnswer(*found, place_of(key), *fault_);
}

std::vector<TypedAnswer> TypedAnswer::objects(std::string_view key) const {
  std::vector<TypedAnswer> out;
  const json::value* value = present(key);
  const json::array* list = value == nullptr ? nullptr : list_or_fault(place_of(key), *value);
  if (list == nullptr) return out;
  for (std::size_t at = 0; at < list->size(); ++at) {
    const std::string place = entry_of(place_of(key), at);
    if (const json::object* entry = object_or_fault(place, (*list)[at])) out.emplace_back(*entry, place, *fault_);
  }
  return out;
}

std::vector<std::pair<std::string, std::optional<TypedAnswer>>> TypedAnswer::named_objects(std::string_view key) const {
  std::vector<std::pair<std::string, std::optional<TypedAnswer>>> out;
  const std::optional<TypedAnswer> members = object(key);
  if (!members) return out;
  for (const auto& member : *members->object_) {
    const std::string_view name = member.key();
    out.emplace_back(name, members->object(name));
  }
  return out;
}

}  // namespace skillrun::inline v0
