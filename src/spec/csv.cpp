#include "spec/csv.hpp"

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

/// Takes a quoted field, the opening quote included; nothing when it does not end, or more follows its end.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string field;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] != '"') {
      field += rest[at];
    } else if (rest.substr(at + 1).starts_with('"')) {
      field += '"';
      ++at;
    } else {
      rest.remove_prefix(at + 1);
      if (!rest.empty() && rest.front() != ',') return std::nullopt;
      return field;
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::vector<std::string>, ParseError> parse_csv_record(std::string_view text) {
  std::vector<std::string> fields;
  for (std::string_view rest = text;;) {
    if (rest.starts_with('"')) {
      auto field = take_quoted(rest);
      if (!field) {
        return refuse(fmt::format("expected the quoted field to end before a comma or the end of {}", quoted(text)));
      }
      fields.push_back(std::move(*field));
    } else {
      const std::string_view field = rest.substr(0, rest.find(','));
      if (field.find('"') != std::string_view::npos) {
        return refuse(
            fmt::format("found a quote inside the field {} of {}; quote the whole field", quoted(field), quoted(text)));
      }
      fields.emplace_back(field);
      rest.remove_prefix(field.size());
    }
    if (rest.empty()) return fields;
    rest.remove_prefix(1);
  }
}

std::string write_csv_record(const std::vector<std::string>& fields) {
  std::string result;
  for (const std::string& field : fields) {
    if (!result.empty()) result += ',';
    const bool quoted = field.find_first_of(",\"\r\n") != std::string::npos || field.empty() || field.front() == ' ' ||
                        field.front() == '\t';
    if (!quoted) {
      result += field;
      continue;
    }
    result += '"';
    for (const char c : field) {
      if (c == '"') result += '"';
      result += c;
    }
    result += '"';
  }
  return result;
}

}  // namespace skillrun::inline v0
