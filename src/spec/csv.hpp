#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// The fields of one CSV record by the rules that docker's command line follows: a field that begins with a quote ends
/// at the next single quote, two of them stand for one, and a quote inside a bare field is an error. The text is one
/// line: callers refuse control characters first.
[[nodiscard]] std::expected<std::vector<std::string>, ParseError> parse_csv_record(std::string_view text);

/// One record as Go's encoding/csv reads it: a field with a comma, a quote, a line break or a blank at its start is
/// quoted.
[[nodiscard]] std::string write_csv_record(const std::vector<std::string>& fields);

}  // namespace skillrun::inline v0
