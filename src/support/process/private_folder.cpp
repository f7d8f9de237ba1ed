#include "support/process/private_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "skillrun";

std::optional<ProcessOwner> owner_in(std::string_view name) {
  const auto parts = split(name, '-');
  if (parts.size() != 7 || parts[0] != prefix) return std::nullopt;
  return ProcessOwner{.machine = std::string(parts[1]),
                      .boot = std::string(parts[2]),
                      .pid_namespace = std::string(parts[3]),
                      .pid = std::string(parts[4]),
                      .start = std::string(parts[5])};
}

bool is_own_folder(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid();
}

/// True also when that cannot be found out. The folder's own name is looked for: it is the only one of its kind.
bool holds_mount(const std::string& path) {
  constexpr std::size_t limit = std::size_t{16} << 20;
  const auto mounts = read_file("/proc/self/mountinfo", limit);
  return !mounts || mounts->contains("/" + fs::path(path).filename().string());
}

}  // namespace

std::string owned_folder_template() {
  const ProcessOwner owner = ProcessOwner::current();
  return fmt::format("{}-{}-{}-{}-{}-{}-XXXXXX", prefix, owner.machine, owner.boot, owner.pid_namespace, owner.pid,
                     owner.start);
}

PrivateFolder::PrivateFolder() {
  std::error_code error;
  path_ = (fs::temp_directory_path(error) / owned_folder_template()).string();
  if (error || ::mkdtemp(path_.data()) == nullptr) path_.clear();
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::vector<FoundFolder> find_private_folders() {
  std::error_code error;
  const fs::path place = fs::temp_directory_path(error);
  return error ? std::vector<FoundFolder>() : find_owned_folders(place.string());
}

std::vector<FoundFolder> find_owned_folders(const std::string& place) {
  std::vector<FoundFolder> found;
  std::error_code error;
  for (fs::directory_iterator entry(place, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end; entry.increment(error)) {
    const auto owner = owner_in(entry->path().filename().string());
    if (owner && is_own_folder(entry->path().string())) found.push_back({entry->path().string(), *owner});
  }
  std::ranges::sort(found, {}, &FoundFolder::path);
  return found;
}

std::error_code remove_private_folder(const std::string& path) {
  if (holds_mount(path)) return std::make_error_code(std::errc::device_or_resource_busy);
  std::error_code error;
  fs::remove_all(path, error);
  return error;
}

}  // namespace skillrun::inline v0
