#include "spec/spec_fields.hpp"

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/schema.hpp"

namespace skillrun::inline v0 {

namespace {

struct Unit {
  std::int64_t size;
  std::string_view name;
};

constexpr Unit sizes[] = {{std::int64_t{1} << 30, "g"}, {std::int64_t{1} << 20, "m"}, {std::int64_t{1} << 10, "k"}};
constexpr Unit times[] = {
    {3'600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"}, {1'000'000, "ms"}, {1, "ns"}};

/// The amount in the largest unit of which it is a whole number, so that nothing is rounded.
std::string in_units(std::int64_t amount, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (amount > 0 && amount % unit.size == 0) return fmt::format("{}{}", amount / unit.size, unit.name);
  }
  return fmt::format("{}", amount);
}

std::string cpus_in_words(std::int64_t billionths) {
  constexpr std::int64_t whole = 1'000'000'000;
  std::string number = fmt::format("{}.{:09}", billionths / whole, billionths % whole);
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return fmt::format("{} CPU{}", number, number == "1" ? "" : "s");
}

}  // namespace

std::string SpecField::label() const { return index ? fmt::format("{}[{}]", name, *index) : std::string(name); }

std::string SpecField::text() const {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string SpecField::words() const {
  if (value.is_string() && value.get_string().empty()) return "\"\"";
  const SettingRow* row = find_setting(name);
  const FieldType type = row == nullptr ? FieldType::text : row->member.scalar.type;
  if (type == FieldType::duration) {
    const auto time = parse_duration(value.is_int64() ? fmt::format("{}s", value.get_int64()) : text());
    return time ? in_units(time->count(), times) : text();
  }
  if (value.is_object() && value.get_object().contains("size")) {  // of a tmpfs
    json::object shown = value.get_object();
    if (shown["size"].is_int64()) shown["size"] = in_units(shown["size"].get_int64(), sizes);
    return json::serialize(shown);
  }
  if (!value.is_int64()) return text();
  if (type == FieldType::size) return in_units(value.get_int64(), sizes);
  return type == FieldType::cpus ? cpus_in_words(value.get_int64()) : text();
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
