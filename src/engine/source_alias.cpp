#include "engine/source_alias.hpp"

#include <algorithm>

namespace skillrun::inline v0 {

const std::string& handed_source(const std::string& source, std::span<const SourceAlias> aliases) {
  const auto alias = std::ranges::find(aliases, source, &SourceAlias::source);
  return alias == aliases.end() ? source : alias->handed;
}

ContainerSpec as_handed(ContainerSpec spec, const StartOptions& options) {
  for (Setting<Mount>& mount : spec.mounts) {
    if (mount.value.type == MountType::bind) mount.value.source = handed_source(mount.value.source, options.aliases);
  }
  for (const auto& [name, value] : options.environment) {
    spec.env.push_back({EnvironmentEntry{.name = name, .value = value}, {}});
  }
  return spec;
}

}  // namespace skillrun::inline v0
