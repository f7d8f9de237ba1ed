#include "keeper/mounts.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include "engine/native/mount_table.hpp"
#include "keeper/failure.hpp"
#include "support/remove_deep.hpp"

namespace skillrun::keeper {

namespace {

/// For mount points that the image lacks, where nothing else is ever written.
constexpr const char* small_layer = "size=16m,mode=0700";

std::string root_of(const KeeperPlan& plan) { return plan.folder + '/' + std::string(bundle_names::root); }

/// Where the layer for changes is: a disk, or memory where the root is not to be changed.
std::string changes_of(const KeeperPlan& plan) { return (plan.read_only ? plan.folder : plan.disk) + "/changes"; }

std::string by_descriptor(const UniqueFd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

UniqueFd open_folder(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace

std::expected<void, std::string> prepare_namespace() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return failed("mounts cannot be made private");
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
    return failed("/proc cannot be mounted");
  }
  // crun takes a machine with both versions of control groups for a fault when it sees the second one.
  const std::vector<MountEntry> mounts = mounts_of();
  const bool first_version =
      std::ranges::any_of(mounts, [](const MountEntry& entry) { return entry.type == "cgroup"; });
  for (const MountEntry& entry : mounts) {
    if (!first_version || entry.type != "cgroup2") continue;
    if (::umount2(entry.point.c_str(), MNT_DETACH) != 0) return failed(entry.point + " cannot be left out");
  }
  return {};
}

std::expected<UniqueFd, std::string> mount_root(const KeeperPlan& plan) {
  const std::string root = root_of(plan);
  const std::string changes = changes_of(plan);
  if (::mkdir(root.c_str(), 0700) != 0) return failed(root);
  if (::mkdir(changes.c_str(), 0700) != 0) return failed(changes);
  if (plan.read_only && ::mount("tmpfs", changes.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, small_layer) != 0) {
    return failed(changes);
  }
  std::vector<UniqueFd> held;
  std::string options = "lowerdir=";
  for (const std::string& layer : plan.layers | std::views::reverse) {
    held.push_back(open_folder(layer));
    if (!held.back()) return failed(layer);
    if (held.size() > 1) options += ':';
    options += by_descriptor(held.back());
  }
  // The root of the file system has the rights of the uppermost layer's.
  struct stat status{};
  if (::fstat(held.front().get(), &status) != 0) return failed(plan.layers.back());
  for (const char* part : {"upper", "work"}) {
    const std::string path = changes + '/' + part;
    if (::mkdir(path.c_str(), 0755) != 0) return failed(path);
    if (::chmod(path.c_str(), status.st_mode & 07777) != 0) return failed(path);
    if (::chown(path.c_str(), status.st_uid, status.st_gid) != 0) return failed(path);
    held.push_back(open_folder(path));
    if (!held.back()) return failed(path);
    options += std::string(",") + part + "dir=" + by_descriptor(held.back());
  }
  options += ",index=off,metacopy=off,volatile";
  // Devices are in /dev, which the runtime makes: a node that an image brings along is none.
  if (::mount("overlay", root.c_str(), "overlay", MS_NODEV, options.c_str()) != 0) {
    return failed("the layers of the image cannot be mounted");
  }
  UniqueFd folder = open_folder(root);
  if (!folder) return failed(root);
  return folder;
}

bool remove_root(const KeeperPlan& plan) {
  ::umount2(root_of(plan).c_str(), MNT_DETACH);
  if (plan.read_only) ::umount2(changes_of(plan).c_str(), MNT_DETACH);
  return !remove_deep(plan.disk);
}

}  // namespace skillrun::keeper
