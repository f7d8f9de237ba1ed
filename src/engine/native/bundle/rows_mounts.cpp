// What it sees of the machine, and what keeps its data.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"
#include "engine/native/bundle/default_mounts.hpp"
#include "engine/native/bundle/image_volumes.hpp"
#include "engine/source_alias.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

/// docker 25 and later makes what is mounted below a read-only bind read-only too, where the kernel can; earlier ones
/// left it writable.
std::string_view read_only_word(const Mount& mount, const BundleContext& context) {
  const bool below_too = mount.recursion == BindRecursion::unset || mount.recursion == BindRecursion::enabled ||
                         mount.recursion == BindRecursion::readonly;
  return below_too && context.recursive_read_only ? "rro" : "ro";
}

json::object bind_of(const Mount& mount, const BundleContext& context) {
  json::array options{mount.recursion == BindRecursion::disabled ? "bind" : "rbind"};
  if (mount.read_only) options.emplace_back(read_only_word(mount, context));
  options.emplace_back(mount.propagation == Propagation::unset ? "rprivate" : to_string(mount.propagation));
  return oci_mount(mount.target, "bind", handed_source(mount.source, context.aliases), std::move(options));
}

/// docker's own options where none contradicts them (MergeTmpfsOptions of moby).
json::object tmpfs_of(const Mount& mount) {
  constexpr std::array<std::array<std::string_view, 2>, 3> switches{
      {{"noexec", "exec"}, {"nosuid", "suid"}, {"nodev", "dev"}}};
  const std::vector<std::string_view> given = split(mount.tmpfs_options, ',');
  json::array options;
  for (const auto& [usual, other] : switches) {
    const bool said = std::ranges::find(given, usual) != given.end() || std::ranges::find(given, other) != given.end();
    if (!said) options.emplace_back(usual);
  }
  options.emplace_back("rprivate");
  if (mount.read_only) options.emplace_back("ro");
  if (mount.tmpfs_size) options.emplace_back(fmt::format("size={}", *mount.tmpfs_size));
  if (mount.tmpfs_mode) options.emplace_back(fmt::format("mode={:04o}", *mount.tmpfs_mode));
  for (const std::string_view option : given) {
    if (!option.empty()) options.emplace_back(option);
  }
  return oci_mount(mount.target, "tmpfs", "tmpfs", std::move(options));
}

/// Adds a volume's folder; the engine has made it before.
void add_volume(std::string_view target, bool read_only, ConfigWriter& config) {
  const auto volumes = config.context().volumes;
  const auto found = std::ranges::find(volumes, target, &VolumeFolder::target);
  if (found == volumes.end()) {
    return config.fail({EngineError::Kind::server, fmt::format("there is no folder for the volume at {}", target)});
  }
  json::array options{"rbind"};
  if (read_only) options.emplace_back("ro");
  options.emplace_back("rprivate");
  // A node that the image put into it would be a device.
  if (!config.context().device_rules) options.emplace_back("nodev");
  config.add_mount(oci_mount(target, "bind", found->folder, std::move(options)));
}

/// What the skill mounts takes the place of docker's own; one on /dev takes what is below with it.
void write_mounts(const Spec& spec, ConfigWriter& config) {
  const BundleContext& context = config.context();
  std::set<std::string_view> targets;
  for (const auto& entry : spec.mounts) targets.insert(entry.value.target);
  for (json::object& mount : default_mounts(spec, context)) {
    const std::string_view target = mount.at("destination").as_string();
    if (targets.contains(target) || (target.starts_with("/dev/") && targets.contains("/dev"))) continue;
    config.add_mount(std::move(mount));
  }
  for (const auto& entry : spec.mounts) {
    const Mount& mount = entry.value;
    switch (mount.type) {
      case MountType::bind: config.add_mount(bind_of(mount, context)); break;
      case MountType::tmpfs: config.add_mount(tmpfs_of(mount)); break;
      case MountType::volume: add_volume(mount.target, mount.read_only, config); break;
    }
  }
  auto own = image_volumes(context.image, spec);
  if (!own) return config.fail(std::move(own.error()));
  for (const std::string& target : *own) add_volume(target, false, config);
}

class MountGaps {
 public:
  MountGaps(const Setting<Mount>& entry, const NativeAbilities& can, GapSink& gaps)
      : mount_(entry.value), origin_(entry.origin), can_(can), gaps_(gaps) {}

  void find() {
    if (mount_.relabel != Relabel::none && can_.selinux) {
      differs("the native engine sets no SELinux labels; use docker or podman");
    }
    if (mount_.type == MountType::volume) {
      find_of_volume();
    } else if (!mount_.driver.empty() || !mount_.driver_options.empty() || !mount_.labels.empty() || mount_.nocopy) {
      differs("only a volume has a driver, labels or content to copy");
    }
    if (mount_.type != MountType::volume && !mount_.subpath.empty()) differs("only a volume can have a subpath");
    if (mount_.type == MountType::bind) find_of_bind();
    if (mount_.type == MountType::tmpfs && mount_.propagation != Propagation::unset) {
      differs("a tmpfs has no propagation");
    }
  }

 private:
  void differs(std::string_view reason) { gaps_.differs(origin_, fmt::format("{}: {}", mount_.target, reason)); }

  void find_of_volume() {
    if (!mount_.driver.empty() && mount_.driver != "local") {
      differs(fmt::format("there is no volume driver '{}'; use docker", printable(mount_.driver)));
    }
    if (!mount_.driver_options.empty()) differs("the volumes of the native engine are folders; use docker");
    if (mount_.propagation != Propagation::unset) differs("a volume has no propagation");
    // What a skill writes into the volume could lead the path elsewhere.
    if (!mount_.subpath.empty()) differs("the native engine mounts whole volumes; use docker");
  }

  /// The runtime works in a mount namespace that nothing leaves.
  void find_of_bind() {
    const bool inside = mount_.propagation == Propagation::unset || mount_.propagation == Propagation::private_ ||
                        mount_.propagation == Propagation::rprivate;
    if (!inside) differs("mounts do not propagate between the native engine and the machine; use docker or podman");
    if (mount_.recursion == BindRecursion::readonly && !can_.recursive_read_only) {
      differs("this kernel or runtime cannot make what is mounted below read-only (mount_setattr, Linux 5.12)");
    }
  }

  const Mount& mount_;
  const Origin& origin_;
  const NativeAbilities& can_;
  GapSink& gaps_;
};

void mount_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  std::set<std::string_view> targets;
  for (const auto& entry : spec.mounts) {
    if (!targets.insert(entry.value.target).second) {
      gaps.differs(entry.origin, fmt::format("two mounts have the target '{}'", entry.value.target));
    }
    MountGaps(entry, can, gaps).find();
  }
}

void volume_driver_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (spec.volume_driver && spec.volume_driver->value != "local") {
    gaps.differs(spec.volume_driver->origin,
                 fmt::format("there is no volume driver '{}'; use docker", printable(spec.volume_driver->value)));
  }
}

constexpr BundleRow mount_rows[] = {
    {.setting = "mounts", .write = write_mounts, .gaps = mount_gaps},
    {.setting = "volume_driver", .gaps = volume_driver_gaps, .elsewhere = "the engine makes folders of volumes"},
    never<&Spec::volumes_from>("volumes_from"),
    never<&Spec::storage_options>("storage_options"),
};

}  // namespace

std::span<const BundleRow> mount_bundle_rows() { return mount_rows; }

}  // namespace skillrun::inline v0
