#include "run/volumes.hpp"

#include "policy/rules/support/volume_owner.hpp"

namespace skillrun::inline v0 {

namespace {

VolumeRequest request_for(const Mount& mount, const ContainerSpec& spec) {
  VolumeRequest request{.name = mount.source, .driver = mount.driver, .options = {}, .labels = {}};
  if (request.driver.empty() && spec.volume_driver) request.driver = spec.volume_driver->value;
  for (const KeyValue& option : mount.driver_options) request.options.emplace_back(option.key, option.value);
  for (const KeyValue& label : mount.labels) request.labels.emplace_back(label.key, label.value);
  if (!spec.volume_owner.empty()) request.labels.emplace_back(volume_owner_label, spec.volume_owner);
  return request;
}

}  // namespace

EngineResult<void> ensure_volumes(VolumeStore& volumes, const ApprovedSpec& approved, CallLimits limits) {
  const ContainerSpec& spec = approved.spec();
  for (const auto& mount : spec.mounts) {
    if (mount.value.type != MountType::volume || mount.value.source.empty()) continue;
    const auto existing = volumes.inspect_volume(mount.value.source, limits);
    if (!existing) return std::unexpected(existing.error());
    if (*existing) continue;
    if (auto made = volumes.create_volume(request_for(mount.value, spec), limits); !made) return made;
  }
  return {};
}

}  // namespace skillrun::inline v0
