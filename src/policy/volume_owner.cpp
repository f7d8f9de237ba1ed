#include "policy/volume_owner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/paths.hpp"
#include "support/sha256.hpp"

namespace skillrun {

std::string volume_owner(const ContainerSpec& spec, const HostView& host) {
  if (!spec.source || !is_clean(spec.source->directory)) return {};
  const std::string path = fmt::format("{}/{}", spec.source->directory, last_component(spec.source->name));
  // No part holds a newline that could move the border between two: skills' names have none.
  const auto uid = host.uid();
  return sha256(fmt::format("{}\n{}\n{}", uid ? std::to_string(*uid) : std::string(), spec.skill,
                            host.real_path(path).value_or(path)));
}

bool is_owned(const HostView::Volume& volume, std::string_view owner) {
  return !owner.empty() && std::ranges::any_of(volume.labels, [&](const auto& label) {
    return label.first == volume_owner_label && label.second == owner;
  });
}

}  // namespace skillrun
