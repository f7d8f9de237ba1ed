#pragma once

// The one JSON library of the project. Include this, never <boost/json.hpp>.
#include <boost/json.hpp>

#include <skillrun/finding.hpp>

namespace skillrun::inline v0 {

namespace json = boost::json;

/// YYYY-MM-DD.
[[nodiscard]] std::string to_string(const std::chrono::year_month_day& day);

/// A finding as an entry of the lint document's `findings` array.
[[nodiscard]] json::object to_json_object(const Finding& finding);
[[nodiscard]] json::array to_json_array(const Findings& findings);

/// An array of one element. Braces cannot say it: `json::array{x}` of an array is a copy of x with some compilers.
[[nodiscard]] json::array list_of(json::value element);

/// JSON text with two-space indentation and a final newline, for people and for diffs.
[[nodiscard]] std::string pretty(const json::value& value);

}  // namespace skillrun::inline v0
