#include "support/json.hpp"

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

void append_pretty(std::string& out, const json::value& value, std::size_t depth) {
  const auto indent = [&](std::size_t levels) { out.append(levels * 2, ' '); };
  if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& [key, member] : *object) {
      if (!first) out += ",\n";
      first = false;
      indent(depth + 1);
      out += json::serialize(json::string(key));
      out += ": ";
      append_pretty(out, member, depth + 1);
    }
    out += '\n';
    indent(depth);
    out += '}';
  } else if (const json::array* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[\n";
    bool first = true;
    for (const json::value& element : *array) {
      if (!first) out += ",\n";
      first = false;
      indent(depth + 1);
      append_pretty(out, element, depth + 1);
    }
    out += '\n';
    indent(depth);
    out += ']';
  } else if (const double* number = value.if_double()) {
    out += fmt::format("{}", *number);  // the library's own form of 0.5 is 5E-1
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

json::array list_of(json::value element) {
  json::array list;
  list.push_back(std::move(element));
  return list;
}

std::string pretty(const json::value& value) {
  std::string out;
  append_pretty(out, value, 0);
  out += '\n';
  return out;
}

}  // namespace skillrun::inline v0
