#include "run/source_pins.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/log.hpp"
#include "run/engine_mounts.hpp"
#include "spec/finding_at.hpp"
#include "support/open_path.hpp"
#include "support/process/private_folder.hpp"

namespace skillrun::inline v0 {

namespace fs = std::filesystem;

namespace {

/// A folder for one process in a place that is this user's alone; empty when there is none.
std::string make_folder() {
  const std::string place = pins_place();
  if (place.empty() || (::mkdir(place.c_str(), 0700) != 0 && errno != EEXIST)) return {};
  const auto opened = open_without_links(place, O_RDONLY | O_DIRECTORY);
  struct stat status{};
  if (!opened || ::fstat(opened->get(), &status) != 0) return {};
  if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) return {};
  std::string folder = fmt::format("{}/{}", place, owned_folder_template());
  return ::mkdtemp(folder.data()) == nullptr ? std::string() : folder;
}

/// What a source is mounted on: a folder on a folder, all else on a file.
bool make_mount_point(const std::string& path, bool folder) {
  if (folder) return ::mkdir(path.c_str(), 0700) == 0;
  return static_cast<bool>(UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)));
}

/// Points at the first bind: which one it was, the namespace in which they were mounted does not tell.
Findings not_pinned(const ContainerSpec& approved, std::string_view why, std::string remedy) {
  const auto first = std::ranges::find(approved.mounts, MountType::bind, [](const auto& m) { return m.value.type; });
  const Origin origin = first == approved.mounts.end() ? approved.image.origin : first->origin;
  return {finding_at(approved, origin, "unenforced-field", Severity::error,
                     fmt::format("the bind sources cannot be mounted for the engine as they were judged: {}", why),
                     std::move(remedy))};
}

std::string folder_remedy() {
  return fmt::format("make '{}' a folder of yours that only you can enter (mode 700), with space in it", pins_place());
}

}  // namespace

std::string pins_place() {
  if (::geteuid() == 0) return "/run/skillrun";
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime != nullptr && runtime[0] == '/' ? fs::path(runtime) / "skillrun" : fs::path();
}

std::expected<SourcePins, Findings> SourcePins::make(const ContainerSpec& approved, std::span<const HeldSource> held,
                                                     const EngineInfo& engine) {
  SourcePins pins;
  const auto mounts = held.empty() ? std::nullopt : EngineMounts::of(engine);
  if (!mounts) return pins;
  pins.folder_ = make_folder();
  if (pins.folder_.empty()) {
    return std::unexpected(not_pinned(approved, fmt::format("'{}' cannot be used", pins_place()), folder_remedy()));
  }
  std::vector<EngineMounts::Bind> binds;
  for (const HeldSource& source : held) {
    std::string point = fmt::format("{}/{}", pins.folder_, binds.size());
    if (!make_mount_point(point, source.folder)) {
      const std::error_code error(errno, std::generic_category());
      return std::unexpected(not_pinned(approved, error.message(), folder_remedy()));
    }
    pins.aliases_.push_back({.source = source.path, .handed = point});
    binds.push_back({.path = source.path, .fd = source.fd.get(), .point = std::move(point)});
  }
  if (const std::error_code error = mounts->bind(binds)) {
    const bool exchanged = error == std::error_code(ESTALE, std::generic_category()) ||
                           error == std::errc::too_many_symbolic_link_levels ||
                           error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    return std::unexpected(
        exchanged
            ? not_pinned(approved, "one was replaced after it was judged", "find out who replaces it, and run it again")
            : not_pinned(approved, error.message(), "mount folders that the engine can reach as you can"));
  }
  return pins;
}

SourcePins& SourcePins::operator=(SourcePins&& other) noexcept {
  if (this != &other) {
    release();
    folder_ = std::exchange(other.folder_, {});
    aliases_ = std::exchange(other.aliases_, {});
  }
  return *this;
}

void SourcePins::release() {
  if (folder_.empty()) return;
  const std::string folder = std::exchange(folder_, {});
  aliases_.clear();
  if (const std::error_code error = remove_pins(folder)) {
    log::warn("{} was not removed: {}; `skillrun gc` removes it", folder, error.message());
  }
}

// Not remove_all(): where a mount does not go away, that would empty the caller's folder behind it.
std::error_code remove_pins(const std::string& folder) {
  std::vector<std::string> points;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    points.push_back(entry->path().string());
  }
  if (error) return error;
  const auto last_error = [] { return std::error_code(errno, std::generic_category()); };
  for (const std::string& point : points) {
    // EINVAL: nothing is mounted here. In another namespace the mount goes with its mount point.
    if (::umount2(point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL && errno != EPERM) {
      return last_error();
    }
    if (::rmdir(point.c_str()) != 0 && (errno != ENOTDIR || ::unlink(point.c_str()) != 0)) return last_error();
  }
  return ::rmdir(folder.c_str()) == 0 ? std::error_code() : last_error();
}

}  // namespace skillrun::inline v0
