#include "engine/native/bundle/object_reader.hpp"

namespace skillrun::inline v0 {

ObjectReader::ObjectReader(const json::value& value, std::string pointer, DocumentFault& fault)
    : object_(value.if_object()), pointer_(std::move(pointer)), fault_(fault) {
  if (object_ == nullptr && !fault_.first) fault_.first = JsonFault{pointer_, "expected an object"};
}

const json::value* ObjectReader::member(std::string_view name) {
  known_.emplace(name);
  const json::value* const value = object_ == nullptr ? nullptr : object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void ObjectReader::refuse(std::string_view name, std::string message) {
  if (!fault_.first) fault_.first = JsonFault{pointer_below(pointer_, name), std::move(message)};
}

std::string ObjectReader::text(std::string_view name) {
  const json::value* const value = member(name);
  if (value == nullptr) return {};
  const auto* const string = value->if_string();
  if (string == nullptr) {
    refuse(name, "expected a text");
    return {};
  }
  return std::string(*string);
}

std::optional<std::uint64_t> ObjectReader::number(std::string_view name) {
  const json::value* const value = member(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* const large = value->if_uint64()) return *large;
  if (const auto* const small = value->if_int64(); small != nullptr && *small >= 0) {
    return static_cast<std::uint64_t>(*small);
  }
  refuse(name, "expected a whole number that is not negative");
  return std::nullopt;
}

std::vector<ObjectReader::Entry> ObjectReader::entries(std::string_view name) {
  std::vector<Entry> list;
  const json::value* const value = member(name);
  if (value == nullptr) return list;
  const auto* const array = value->if_array();
  if (array == nullptr) {
    refuse(name, "expected a list");
    return list;
  }
  const std::string pointer = pointer_below(pointer_, name);
  for (std::size_t i = 0; i < array->size(); ++i) {
    list.emplace_back(&(*array)[i], pointer_below(pointer, std::to_string(i)));
  }
  return list;
}

std::vector<std::string> ObjectReader::texts(std::string_view name) {
  std::vector<std::string> list;
  for (const auto& [entry, pointer] : entries(name)) {
    if (const auto* const string = entry->if_string()) {
      list.emplace_back(*string);
    } else if (!fault_.first) {
      fault_.first = JsonFault{pointer, "expected a text"};
    }
  }
  return list;
}

std::optional<ObjectReader::Entry> ObjectReader::object(std::string_view name) {
  const json::value* const value = member(name);
  if (value == nullptr) return std::nullopt;
  return Entry{value, pointer_below(pointer_, name)};
}

void ObjectReader::finish() {
  if (object_ == nullptr) return;
  for (const auto& [name, value] : *object_) {
    if (!known_.contains(std::string_view(name))) {
      refuse(name, "a member that is not known");
      return;
    }
  }
}

}  // namespace skillrun::inline v0
