#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// What a text of somebody else's may cost before anything of it is understood.
struct JsonLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t depth = 16;        ///< of objects and lists in each other
  std::size_t entries = 10'000;  ///< of one object or list
};

/// Why a text is refused as a whole.
struct JsonFault {
  std::string pointer;  ///< where (RFC 6901); empty: the whole text, or a place that it does not tell
  std::string message;  ///< half a sentence
};

/// The JSON value that every reader of the text finds in it: valid UTF-8, no name twice in one object (of which one
/// reader takes the first, another the last), nothing behind its end, all within `limits`. Everything else is a fault.
/// Pure; safe for use from several threads.
[[nodiscard]] std::expected<json::value, JsonFault> parse_strict_json(std::string_view text, const JsonLimits& limits);

/// `pointer` to the member or entry of this name below it.
[[nodiscard]] std::string pointer_below(std::string_view pointer, std::string_view name);

}  // namespace skillrun::inline v0
