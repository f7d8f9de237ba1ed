#include "spec/schema.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace skillrun::inline v0 {

std::span<const SettingRow> schema() {
  static const std::vector<SettingRow> rows = [] {
    std::vector<SettingRow> all;
    for (const auto subject : {image_settings(), process_settings(), lifecycle_settings(), isolation_settings(),
                               namespace_settings(), mount_settings(), network_settings(), port_settings(),
                               resource_settings(), run_settings(), client_settings()}) {
      all.insert(all.end(), subject.begin(), subject.end());
    }
    return all;
  }();
  return rows;
}

const SettingRow* find_setting(std::string_view name) {
  const auto rows = schema();
  const auto found = std::ranges::find(rows, name, [](const SettingRow& row) { return row.member.name; });
  return name.empty() || found == rows.end() ? nullptr : &*found;
}

std::string manifest_spelling(std::string_view name) {
  if (name.empty()) return {};
  std::string hyphened(name);
  std::ranges::replace(hyphened, '_', '-');
  const auto says = [&](const SettingRow& row) {
    return row.service.name == name || row.flag.name == hyphened || row.flag.alias == hyphened;
  };
  const auto rows = schema();
  const auto row = std::ranges::find_if(rows, says);
  if (row == rows.end()) return {};
  if (!row->key.key.empty()) return std::string(row->key.key);
  if (row->flag.name.empty()) return {};
  return fmt::format("extra_args = [\"--{}{}\"]", row->flag.name, row->flag.arity == FlagArity::boolean ? "" : "=...");
}

std::vector<SpecField> fields_of_setting(const SettingRow& row, const ContainerSpec& spec) {
  std::vector<SpecField> fields;
  if (row.member.show != nullptr) row.member.show(spec, row.member.name, fields);
  return fields;
}

template <>
std::span<const Field<DockerRuntimeConfig>> fields_of<DockerRuntimeConfig>() {
  static const std::vector<Field<DockerRuntimeConfig>> fields = [] {
    std::vector<Field<DockerRuntimeConfig>> all;
    for (const SettingRow& row : schema()) {
      if (!row.key.key.empty()) all.push_back(row.key);
    }
    return all;
  }();
  return fields;
}

}  // namespace skillrun::inline v0
