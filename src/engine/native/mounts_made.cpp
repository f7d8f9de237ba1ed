#include "engine/native/mounts_made.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/native/bundle/spec_facts.hpp"
#include "engine/native/mount_table.hpp"
#include "engine/source_alias.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

bool is_below(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

/// What docker gives every container, whatever it is called there: null, zero, full, random, urandom and tty.
constexpr std::pair<unsigned, unsigned> harmless_devices[] = {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}};
constexpr std::pair<unsigned, unsigned> null_device = harmless_devices[0];

/// The mount that something lies in, and which file it is.
struct Place {
  std::uint64_t mount = 0;
  std::uint64_t inode = 0;
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::optional<std::pair<unsigned, unsigned>> device;  ///< of a character device: its major and minor numbers
};

std::optional<Place> place_of(const UniqueFd& file) {
  struct statx status{};
  if (!file || ::statx(file.get(), "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_MNT_ID, &status) != 0)
    return std::nullopt;
  Place place{.mount = status.stx_mnt_id,
              .inode = status.stx_ino,
              .major = status.stx_dev_major,
              .minor = status.stx_dev_minor,
              .device = std::nullopt};
  if (S_ISCHR(status.stx_mode)) place.device.emplace(status.stx_rdev_major, status.stx_rdev_minor);
  return place;
}

/// Links lead within the root, as they do for the container.
std::optional<Place> place_within(int root, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return place_of(UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how))));
}

std::optional<Place> place_here(const std::string& path) {
  return place_of(UniqueFd(::open(path.c_str(), O_PATH | O_CLOEXEC)));
}

bool same_file(const std::optional<Place>& one, const std::optional<Place>& other) {
  return one && other && one->inode == other->inode && one->major == other->major && one->minor == other->minor;
}

Propagation propagation_of(const MountEntry& entry) {
  if (entry.shared) return Propagation::shared;
  return entry.receives ? Propagation::slave : Propagation::unset;
}

/// "size=65536k" as bytes.
std::optional<std::int64_t> size_of(const MountEntry& entry) {
  for (const std::string& option : entry.super_options) {
    if (!option.starts_with("size=")) continue;
    std::int64_t kibibytes = 0;
    std::from_chars(option.data() + 5, option.data() + option.size(), kibibytes);
    return kibibytes * 1024;
  }
  return std::nullopt;
}

class Look {
 public:
  Look(const NativeContainer& container, const ContainerSpec& asked, int root)
      : container_(container), asked_(asked), root_(root), table_(mounts_of(std::to_string(container.pid))) {}

  MountsMade look() && {
    for (const auto& entry : asked_.mounts) look_at(entry.value);
    for (const VolumeFolder& volume : container_.volumes) {
      const auto same = [&](const Setting<Mount>& mount) { return mount.value.target == volume.target; };
      if (std::ranges::any_of(asked_.mounts, same)) continue;
      Mount of_image;
      of_image.type = MountType::volume;
      of_image.target = volume.target;
      look_at(of_image);
    }
    for (const MountEntry& entry : table_) look_at_entry(entry);
    look_at_paths("maskedPaths", made_.masked);
    look_at_paths("readonlyPaths", made_.read_only);
    return std::move(made_);
  }

 private:
  const MountEntry* entry_at(const std::optional<Place>& place) const {
    if (!place) return nullptr;
    const auto found = std::ranges::find(table_, place->mount, &MountEntry::id);
    return found == table_.end() ? nullptr : &*found;
  }

  /// What lies at the target of a mount that was asked for.
  void look_at(const Mount& asked) {
    const auto place = place_within(root_, asked.target);
    const MountEntry* entry = entry_at(place);
    // What lies in the container's own file system is not mounted.
    if (entry == nullptr || entry->point == "/") return;
    known_.insert(entry->id);
    if (asked.read_only && asked.recursion != BindRecursion::writable) read_only_.push_back(entry->point);
    Mount made = asked;
    made.read_only = entry->has_option("ro");
    made.propagation = propagation_of(*entry);
    switch (asked.type) {
      case MountType::bind:
        if (!same_file(place, place_here(handed_source(asked.source, container_.aliases)))) {
          made.source = "another file or folder";
        }
        break;
      case MountType::volume: {
        const auto volume = std::ranges::find(container_.volumes, asked.target, &VolumeFolder::target);
        if (volume == container_.volumes.end() || !same_file(place, place_here(volume->folder))) {
          made.source = "another volume";
        }
        break;
      }
      case MountType::tmpfs: describe_tmpfs(*entry, made); break;
    }
    made_.mounts.push_back({std::move(made), {}});
  }

  static void describe_tmpfs(const MountEntry& entry, Mount& made) {
    if (entry.type != "tmpfs") {
      made.type = MountType::bind;
      made.source = entry.type;
      return;
    }
    if (made.tmpfs_size) made.tmpfs_size = size_of(entry);
    std::string options = made.tmpfs_options;
    // What the kernel does not say is allowed.
    for (const auto& [strict, open] : {std::pair{"noexec", "exec"}, {"nosuid", "suid"}, {"nodev", "dev"}}) {
      if (!entry.has_option(strict)) options += fmt::format(",{}", open);
    }
    made.tmpfs_options = std::move(options);
  }

  /// A mount that nobody asked for must be one of those that every container has.
  void look_at_entry(const MountEntry& entry) {
    if (known_.contains(entry.id)) return;
    if (entry.point == "/") {
      made_.read_only_root = entry.has_option("ro");
      if (entry.type != "overlay") add_foreign(entry);
      return;
    }
    if (is_below_a_mount(entry.point)) {
      if (is_below_read_only(entry.point) && !entry.has_option("ro")) add_foreign(entry);
      return;
    }
    if (is_told(entry)) return;
    if (!is_system_mount(entry)) add_foreign(entry);
  }

  /// What runtimes mount in every container: /proc, /sys and /dev of its own, covers of single paths (a file's is the
  /// null device), and devices by their files where nodes cannot be made. Without privileges nothing of /sys can be
  /// written to.
  [[nodiscard]] bool is_system_mount(const MountEntry& entry) const {
    const std::string& point = entry.point;
    const bool read_only = entry.has_option("ro");
    if (entry.shared) return false;
    if (entry.type == "devtmpfs") return is_device(entry);
    if (is_below(point, "/proc"))
      return entry.type == "proc" || (entry.type == "tmpfs" && (read_only || is_harmless_device(entry)));
    if (is_below(point, "/sys")) {
      // Version 1 has a folder of folders here.
      if (point == "/sys/fs/cgroup" && entry.type == "tmpfs") return true;
      const bool known =
          entry.type == "sysfs" || entry.type == "cgroup" || entry.type == "cgroup2" || entry.type == "tmpfs";
      return known && (read_only || is_privileged(asked_));
    }
    if (point == "/dev" || point == "/dev/shm") return entry.type == "tmpfs";
    if (point == "/dev/mqueue") return entry.type == "mqueue";
    return (point == "/dev/pts" || point == "/dev/console") && entry.type == "devpts";
  }

  [[nodiscard]] bool is_device(const MountEntry& entry) const {
    if (is_harmless_device(entry)) return true;
    const json::value* devices = container_.config.at("linux").as_object().if_contains("devices");
    return devices != nullptr && std::ranges::any_of(devices->as_array(), [&](const json::value& device) {
             return device.at("path").as_string() == std::string_view(entry.point);
           });
  }

  [[nodiscard]] bool is_harmless_device(const MountEntry& entry) const {
    const auto place = place_within(root_, entry.point);
    return place && place->mount == entry.id && place->device &&
           std::ranges::find(harmless_devices, *place->device) != std::end(harmless_devices);
  }

  /// What is mounted below a bind's source comes along with it, and so do those of a volume.
  [[nodiscard]] bool is_below_a_mount(std::string_view point) const {
    return std::ranges::any_of(table_, [&](const MountEntry& above) {
      return known_.contains(above.id) && above.point != point && is_below(point, above.point);
    });
  }

  /// What came along below a mount that was to be read-only is to be that too.
  [[nodiscard]] bool is_below_read_only(std::string_view point) const {
    return std::ranges::any_of(read_only_, [&](const std::string& above) { return is_below(point, above); });
  }

  /// The run's own files and the init, which the runtime was told of, and devices that it was to bind.
  [[nodiscard]] bool is_told(const MountEntry& entry) const {
    const json::value* mounts = container_.config.if_contains("mounts");
    for (const json::value& mount : mounts != nullptr ? mounts->as_array() : json::array()) {
      const std::string_view target = mount.at("destination").as_string();
      const std::string_view source = mount.at("source").as_string();
      if (mount.at("type").as_string() != "bind" || entry.point != target) continue;
      if (same_file(place_within(root_, entry.point), place_here(std::string(source)))) return true;
    }
    return false;
  }

  void add_foreign(const MountEntry& entry) {
    made_.foreign.push_back(
        {.setting = "mounts",
         .text = fmt::format("{} of {} at {}", entry.type, printable(entry.root), printable(entry.point))});
  }

  /// A path that the image's kernel does not have needs no cover.
  void look_at_paths(std::string_view key, std::vector<std::string>& covered) {
    const json::value* paths = container_.config.at("linux").as_object().if_contains(key);
    for (const json::value& path : paths != nullptr ? paths->as_array() : json::array()) {
      const std::string text(path.as_string());
      const auto place = place_within(root_, text);
      const MountEntry* entry = entry_at(place);
      const bool mounted = entry != nullptr && entry->point == text;
      if (!place || (mounted && (entry->has_option("ro") || place->device == null_device))) covered.push_back(text);
    }
  }

  const NativeContainer& container_;
  const ContainerSpec& asked_;
  int root_;
  std::vector<MountEntry> table_;
  std::set<std::uint64_t> known_;
  std::vector<std::string> read_only_;  ///< where mounts that were to be read-only are
  MountsMade made_;
};

}  // namespace

EngineResult<MountsMade> look_at_mounts(const NativeContainer& container, const ContainerSpec& asked) {
  const std::string path = fmt::format("/proc/{}/root", container.pid);
  const UniqueFd root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) {
    return failure(Kind::server, fmt::format("the container's file system cannot be looked at: {}",
                                             std::generic_category().message(errno)));
  }
  return Look(container, asked, root.get()).look();
}

}  // namespace skillrun::inline v0
