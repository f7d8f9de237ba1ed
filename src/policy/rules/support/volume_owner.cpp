#include "policy/rules/support/volume_owner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/places/paths.hpp"
#include "support/sha256.hpp"

namespace skillrun::inline v0 {

std::string volume_owner(const ContainerSpec& spec, const HostView& host) {
  if (!spec.source || !is_clean(spec.source->directory)) return {};
  const std::string path = fmt::format("{}/{}", spec.source->directory, last_component(spec.source->name));
  // No part holds a newline that could move the border between two: skills' names have none.
  const auto uid = host.uid();
  return sha256(fmt::format("{}\n{}\n{}", uid ? std::to_string(*uid) : std::string(), spec.skill,
                            host.real_path(path).value_or(path)));
}

std::string private_volume(std::string_view name, std::string_view owner) {
  constexpr std::size_t longest_file_name = 255;
  constexpr std::size_t short_digest = 16;
  const std::string prefix =
      fmt::format("skillrun-{}-", (owner.empty() ? sha256(owner) : std::string(owner)).substr(0, short_digest));
  if (name.starts_with(prefix)) return std::string(name);
  if (prefix.size() + name.size() <= longest_file_name) return fmt::format("{}{}", prefix, name);
  return prefix + sha256(name);
}

void name_volumes(ContainerSpec& spec, const HostView& host) {
  const auto is_named = [](const Mount& mount) { return mount.type == MountType::volume && !mount.source.empty(); };
  for (auto& mount : spec.mounts) {
    if (!is_named(mount.value)) continue;
    if (spec.volume_owner.empty()) spec.volume_owner = volume_owner(spec, host);
    const auto public_one = host.existing_volume(mount.value.source);
    if (public_one && is_owned(*public_one, spec.volume_owner)) continue;
    std::string name = private_volume(mount.value.source, spec.volume_owner);
    if (!public_one || host.existing_volume(name)) mount.value.source = std::move(name);
  }
}

bool is_owned(const HostView::Volume& volume, std::string_view owner) {
  return !owner.empty() && std::ranges::any_of(volume.labels, [&](const auto& label) {
    return label.first == volume_owner_label && label.second == owner;
  });
}

}  // namespace skillrun::inline v0
