// The volumes of the native engine: named ones in a folder of the store's, those without a name on their container's
// disk. As docker does, a new volume begins with what the image has at its target.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "engine/command.hpp"
#include "engine/failure.hpp"
#include "engine/native/bundle/image_volumes.hpp"
#include "engine/native/native_container.hpp"
#include "engine/native/native_engine.hpp"
#include "engine/native/private_place.hpp"
#include "engine/native/root_view.hpp"
#include "engine/native/store/file_lock.hpp"
#include "engine/native/system_failure.hpp"
#include "support/json.hpp"
#include "support/read_file.hpp"
#include "support/remove_deep.hpp"
#include "support/text.hpp"
#include "support/write_all.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;
using Kind = EngineError::Kind;

constexpr std::string_view volume_note = "volume.json";
constexpr std::string_view content_name = "_data";
constexpr std::size_t most_volume_note_bytes = std::size_t{1} << 20;
constexpr std::string_view copy_program = "/bin/cp";

/// As docker names volumes; nothing else becomes a part of a path.
bool is_volume_name(std::string_view name) {
  const auto is_inner = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
           c == '-';
  };
  return name.size() > 1 && name.size() <= 255 && is_inner(name[0]) && name[0] != '.' && name[0] != '-' &&
         name[0] != '_' && std::ranges::all_of(name, is_inner);
}

EngineResult<void> make_volume_folder(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  return system_failure(path);
}

/// Copies what the image has at the target of a volume, owners and rights included, into a folder that nobody else can
/// reach: the copy is root's, and would follow links that a skill puts there.
EngineResult<void> copy_from_image(int root, const std::string& target, const std::string& folder, CallLimits limits) {
  const auto content = open_folder_within(root, target);
  if (!content) return {};
  const ProcessRequest request{.program = std::string(copy_program),
                               .arguments = {"-a", "--", fmt::format("/proc/self/fd/{}/.", extra_descriptor), folder},
                               .environment = {},
                               .directory = {},
                               .extra = content.get()};
  const auto result = run_command(request, limits);
  if (!result) return std::unexpected(result.error());
  if (result->status == 0) return {};
  return failure(Kind::server,
                 fmt::format("the volume for '{}' cannot be filled: {}", printable(target), printable(result->error)));
}

/// Fills a named volume when it is used for the first time, before anybody has it mounted: what is copied beside takes
/// the place of the empty one. Later it stays as it is, empty or not.
EngineResult<void> begin_volume(int root, const Mount& mount, const std::string& volume, CallLimits limits) {
  const UniqueFd folder(::open(volume.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return system_failure(volume);
  const auto lock = FileLock::wait(folder.get(), "lock", LockMode::exclusive, CallWatch(limits, "filling a volume"));
  if (!lock) return std::unexpected(lock.error());
  const std::string used = volume + "/used";
  if (::access(used.c_str(), F_OK) == 0) return {};
  const std::string content = fmt::format("{}/{}", volume, content_name);
  std::error_code error;
  if (!mount.nocopy && fs::is_empty(content, error) && !error) {
    const std::string copy = volume + "/copy";
    if (const std::error_code stays = remove_deep(copy))
      return failure(Kind::server, fmt::format("'{}': {}", copy, stays.message()));
    if (auto made = make_volume_folder(copy, 0755); !made) return made;
    if (auto copied = copy_from_image(root, mount.target, copy, limits); !copied) return copied;
    if (::rename(copy.c_str(), content.c_str()) != 0) return system_failure(content);
  }
  const UniqueFd mark(::open(used.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!mark) return system_failure(used);
  return {};
}

}  // namespace

EngineResult<std::optional<VolumeInfo>> NativeEngine::inspect_volume(const std::string& name, CallLimits limits) {
  (void)limits;
  if (!is_volume_name(name)) return failure(Kind::refused, fmt::format("'{}' is no volume's name", printable(name)));
  const fs::path folder = parts_.store.root / "volumes" / name;
  const auto text = read_file((folder / volume_note).string(), most_volume_note_bytes);
  if (!text && text.error() == std::errc::no_such_file_or_directory) return std::optional<VolumeInfo>();
  if (!text) return failure(Kind::server, fmt::format("'{}': {}", folder.string(), text.error().message()));
  boost::system::error_code error;
  const json::value note = json::parse(*text, error);
  const json::value* labels = error || !note.is_object() ? nullptr : note.get_object().if_contains("labels");
  if (labels == nullptr || !labels->is_object()) {
    return failure(Kind::server, fmt::format("'{}' is not a volume's description", (folder / volume_note).string()));
  }
  VolumeInfo info{.driver = "local", .options = {}};
  for (const auto& [key, value] : labels->get_object()) {
    if (value.is_string()) info.labels.emplace_back(key, value.get_string());
  }
  return std::optional(std::move(info));
}

EngineResult<void> NativeEngine::create_volume(const VolumeRequest& request, CallLimits limits) {
  const auto known = inspect_volume(request.name, limits);
  if (!known) return std::unexpected(known.error());
  if (*known) return {};
  if ((!request.driver.empty() && request.driver != "local") || !request.options.empty()) {
    return failure(Kind::unsupported, "the native engine has volumes of driver local without options only");
  }
  const fs::path folder = parts_.store.root / "volumes" / request.name;
  if (auto made = make_private_place(folder.parent_path()); !made) return made;
  if (auto made = make_volume_folder(folder.string(), 0711); !made) return made;
  if (auto made = make_volume_folder((folder / content_name).string(), 0755); !made) return made;
  json::object labels;
  for (const auto& [key, value] : request.labels) labels[key] = value;
  // A volume is there once its description is.
  const std::string written = (folder / fmt::format("{}.{}", volume_note, ::getpid())).string();
  const UniqueFd file(::open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file || !write_all(file.get(), json::serialize(json::object{{"labels", std::move(labels)}})) ||
      ::rename(written.c_str(), (folder / volume_note).c_str()) != 0) {
    return system_failure(written);
  }
  return {};
}

EngineResult<std::vector<VolumeFolder>> NativeEngine::make_volumes(NativeContainer& container,
                                                                   const ContainerSpec& spec, CallLimits limits) {
  std::vector<VolumeFolder> volumes;
  const std::string own = container.disk + "/volumes";
  if (auto made = make_volume_folder(own, 0711); !made) return std::unexpected(made.error());
  const int root = container.root.get();
  const auto add_own = [&](const std::string& target, bool fill) -> EngineResult<void> {
    std::string folder = fmt::format("{}/{}", own, volumes.size());
    if (auto made = make_volume_folder(folder, 0755); !made) return made;
    if (fill) {
      if (auto copied = copy_from_image(root, target, folder, limits); !copied) return copied;
    }
    volumes.push_back({.target = target, .folder = std::move(folder)});
    return {};
  };
  for (const auto& entry : spec.mounts) {
    const Mount& mount = entry.value;
    if (mount.type != MountType::volume) continue;
    if (mount.source.empty()) {
      if (auto added = add_own(mount.target, !mount.nocopy); !added) return std::unexpected(added.error());
      continue;
    }
    const std::string volume = (parts_.store.root / "volumes" / mount.source).string();
    if (auto begun = begin_volume(root, mount, volume, limits); !begun) return std::unexpected(begun.error());
    volumes.push_back({.target = mount.target, .folder = fmt::format("{}/{}", volume, content_name)});
  }
  const auto of_image = image_volumes(container.image.info, spec);
  if (!of_image) return std::unexpected(of_image.error());
  for (const std::string& target : *of_image) {
    if (auto added = add_own(target, true); !added) return std::unexpected(added.error());
  }
  return volumes;
}

}  // namespace skillrun::inline v0
