#include "engine/native/bundle/host_devices.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "engine/failure.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_devices = 10'000;

/// Folders of /dev that belong to the machine's own file systems, or that runtimes mount anew.
constexpr std::array<std::string_view, 7> skipped_folders{"pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev"};

std::optional<HostDevice> device_of(std::string path, const struct stat& status) {
  if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode)) return std::nullopt;
  return HostDevice{.path = std::move(path),
                    .type = S_ISBLK(status.st_mode) ? 'b' : 'c',
                    .major = major(status.st_rdev),
                    .minor = minor(status.st_rdev),
                    .mode = status.st_mode & 07777U,
                    .uid = status.st_uid,
                    .gid = status.st_gid};
}

/// Appends the devices in a folder and below. What cannot be looked into is left out, as for every process that asks.
void walk(const std::string& folder, std::vector<HostDevice>& found) {
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (found.size() >= most_devices) return;
    const std::string path = entry->path().string();
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode)) {
      const std::string name = entry->path().filename().string();
      if (std::ranges::find(skipped_folders, name) == skipped_folders.end()) walk(path, found);
    } else if (auto device = device_of(path, status); device && path != "/dev/console") {
      found.push_back(std::move(*device));
    }
  }
}

std::vector<HostDevice> below(const std::string& folder) {
  std::vector<HostDevice> found;
  walk(folder, found);
  std::ranges::sort(found, {}, &HostDevice::path);
  return found;
}

}  // namespace

EngineResult<std::vector<HostDevice>> MachineDevices::at(const std::string& path) const {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return failure(EngineError::Kind::refused,
                   fmt::format("the device {}: {}", path, std::generic_category().message(errno)));
  }
  if (auto device = device_of(path, status)) return std::vector{std::move(*device)};
  std::vector<HostDevice> found = S_ISDIR(status.st_mode) ? below(path) : std::vector<HostDevice>();
  if (found.empty()) return failure(EngineError::Kind::refused, fmt::format("{} is not a device", path));
  return found;
}

EngineResult<std::vector<HostDevice>> MachineDevices::all() const { return below("/dev"); }

}  // namespace skillrun::inline v0
