#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <skillrun/engine.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// Reading of answers: a member that is absent, null or of another type reads as empty or zero.
[[nodiscard]] std::string_view text_at(const json::object& object, std::string_view key);
[[nodiscard]] std::int64_t number_at(const json::object& object, std::string_view key);
[[nodiscard]] bool flag_at(const json::object& object, std::string_view key);
[[nodiscard]] const json::object* object_at(const json::object& object, std::string_view key);
[[nodiscard]] const json::array* array_at(const json::object& object, std::string_view key);

/// The answer as an object; `what` names it in the error.
[[nodiscard]] EngineResult<json::object> parse_object(std::string_view text, std::string_view what);

}  // namespace skillrun::inline v0
