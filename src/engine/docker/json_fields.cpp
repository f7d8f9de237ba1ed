#include "engine/docker/json_fields.hpp"

#include <fmt/format.h>

namespace skillrun::inline v0 {

std::string_view text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::int64_t number_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? 0 : number;
}

bool flag_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object* object_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array* array_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_array() : nullptr;
}

EngineResult<json::object> parse_object(std::string_view text, std::string_view what) {
  boost::system::error_code error;
  json::value document = json::parse(text, error);
  if (error || !document.is_object()) {
    return std::unexpected(
        EngineError{EngineError::Kind::protocol, fmt::format("the answer to {} is not a JSON object", what)});
  }
  return std::move(document.get_object());
}

}  // namespace skillrun::inline v0
