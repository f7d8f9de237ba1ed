#include "spec/spec_fields.hpp"

#include <fmt/format.h>

#include "spec/schema.hpp"

namespace skillrun::inline v0 {

std::string SpecField::label() const { return index ? fmt::format("{}[{}]", name, *index) : std::string(name); }

std::string SpecField::text() const {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::vector<SpecField> spec_fields(const ContainerSpec& spec) {
  std::vector<SpecField> fields;
  for (const SettingRow& row : schema()) {
    if (row.member.show != nullptr) row.member.show(spec, row.member.name, fields);
  }
  return fields;
}

std::span<const std::string_view> spec_field_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const SettingRow& row : schema()) {
      if (row.member.show != nullptr) all.push_back(row.member.name);
    }
    return all;
  }();
  return names;
}

}  // namespace skillrun::inline v0
