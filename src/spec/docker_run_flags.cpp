#include "spec/docker_run_flags.hpp"

#include <algorithm>
#include <vector>

#include "spec/schema.hpp"

namespace skillrun::inline v0 {

std::span<const DockerRunFlag> docker_run_flags() {
  static const std::vector<DockerRunFlag> flags = [] {
    std::vector<DockerRunFlag> all;
    for (const SettingRow& row : schema()) {
      if (row.flag.name.empty()) continue;
      all.push_back(row.flag);
      if (all.back().set == nullptr) all.back().set = row.set;
    }
    std::ranges::sort(all, {}, &DockerRunFlag::name);
    return all;
  }();
  return flags;
}

const DockerRunFlag* find_docker_run_flag(std::string_view name) {
  if (name.empty()) return nullptr;
  const auto flags = docker_run_flags();
  const auto by_name = std::ranges::lower_bound(flags, name, {}, &DockerRunFlag::name);
  if (by_name != flags.end() && by_name->name == name) return &*by_name;
  const auto by_alias = std::ranges::find(flags, name, &DockerRunFlag::alias);
  return by_alias != flags.end() ? &*by_alias : nullptr;
}

const DockerRunFlag* find_docker_run_flag(char shorthand) {
  if (shorthand == 0) return nullptr;
  const auto flags = docker_run_flags();
  const auto found = std::ranges::find(flags, shorthand, &DockerRunFlag::shorthand);
  return found != flags.end() ? &*found : nullptr;
}

}  // namespace skillrun::inline v0
