#include "app/policy_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <ranges>
#include <system_error>

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "manifest/project_root.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"
#include "support/writers.hpp"

namespace skillrun::app {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view file_names[] = {"policy.yaml", "policy.yml"};

/// False only when nothing is there. What cannot even be looked at counts as there: a floor must not vanish.
bool is_there(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/// Why what lies at `path` may be a stranger's; empty when it is the caller's alone or cannot be looked at.
std::string distrust(const std::string& path, std::uint32_t uid) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  if (status.st_uid != uid) return fmt::format("owned by another user (uid {})", status.st_uid);
  if (others_may_write(path, status)) return "writable by others";
  return {};
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code failed;
  return fs::equivalent(a, b, failed);
}

class Finder {
 public:
  std::optional<std::string> error;
  FoundPolicies found;

  void folder(PolicyLayer layer, const std::string& folder) {
    for (const std::string_view name : file_names) {
      const std::string path = fmt::format("{}/{}", folder, name);
      if (is_there(path)) file(layer, path);
    }
  }

  /// From the outermost folder inwards, so that an inner policy tightens an outer one.
  void project(const std::string& start, std::uint32_t uid) {
    std::error_code failed;
    fs::path level = fs::canonical(start, failed);
    if (failed) return;
    std::vector<std::string> levels;
    struct stat status{};
    for (bool known = ::stat(level.c_str(), &status) == 0; known;) {
      levels.push_back(level.string());
      const dev_t device = status.st_dev;
      if (level == level.parent_path()) break;
      level = level.parent_path();
      known = ::stat(level.c_str(), &status) == 0 && status.st_dev == device;
    }
    for (const std::string& at : levels | std::views::reverse) project_level(at, uid);
  }

  void named(const std::string& name) {
    if (Policy::builtin(name)) {
      found.inputs.push_back({.layer = PolicyLayer::option, .builtin = name, .source = nullptr});
    } else if (!is_there(name)) {
      fail(fmt::format("no policy '{}': neither a built-in policy (baseline, restricted, privileged) nor a file",
                       printable(name)));
    } else {
      // A document is one policy: what the caller names may relax, and would be refused as the layer that it is too.
      std::erase_if(found.inputs, [&](const PolicyInput& input) {
        return (input.layer == PolicyLayer::user || input.layer == PolicyLayer::project) && input.source &&
               is_same_file(input.source->name, name);
      });
      file(PolicyLayer::option, name);
    }
  }

 private:
  void project_level(const std::string& level, std::uint32_t uid) {
    const std::string hidden = level == "/" ? "/.skillrun" : level + "/.skillrun";
    for (const std::string_view name : file_names) {
      const std::string path = fmt::format("{}/{}", hidden, name);
      if (!is_there(path)) continue;
      std::string why = distrust(level, uid);
      if (!why.empty()) why.insert(0, "its folder's parent is ");
      if (why.empty()) {
        why = distrust(hidden, uid);
        if (!why.empty()) why.insert(0, "its folder is ");
      }
      if (why.empty()) why = distrust(path, uid);
      if (why.empty()) {
        project_file(path, level);
      } else {
        found.warnings.push_back(fmt::format("ignored the policy {}: {}", printable(path), why));
      }
    }
  }

  /// A policy that is there counts: one that leads elsewhere is neither read nor passed over.
  void project_file(const std::string& path, const std::string& level) {
    if (!leads_inside(path, project_root(level))) {
      return fail(
          fmt::format("the policy '{}' is a link that leads out of the project, or to nothing", printable(path)));
    }
    file(PolicyLayer::project, path);
    found.projects.push_back(level);
  }

  void file(PolicyLayer layer, const std::string& path) {
    auto source = read_policy_file(path);
    if (!source) return fail(fmt::format("the policy '{}' cannot be read: {}", printable(path), source.error()));
    found.inputs.push_back({.layer = layer, .builtin = {}, .source = std::move(*source)});
  }

  void fail(std::string message) {
    if (!error) error = std::move(message);
  }
};

}  // namespace

std::expected<SourcePtr, std::string> read_policy_file(const std::string& path) {
  // A pipe would block, and a device may never end.
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return std::unexpected("it is not a regular file");
  auto text = read_file(path, max_manifest_size);
  if (!text) return std::unexpected(text.error().message());
  std::error_code failed;
  const std::string folder = fs::absolute(path, failed).parent_path().string();
  return std::make_shared<const SourceText>(
      SourceText{.name = path, .directory = failed ? std::string() : folder, .text = std::move(*text)});
}

std::expected<SourcePtr, std::string> LocalPolicyFiles::read(const std::string& path) const {
  std::error_code missing;
  for (const std::string& project : projects_) {
    if (path.starts_with(project == "/" ? project : project + "/") && fs::exists(path, missing) &&
        !leads_inside(path, project)) {
      return std::unexpected("it is a link that leads out of the project");
    }
  }
  return read_policy_file(path);
}

std::expected<FoundPolicies, std::string> find_policies(const PolicyPlaces& places,
                                                        const std::vector<std::string>& named) {
  Finder finder;
  if (!places.system_folder.empty()) finder.folder(PolicyLayer::system, places.system_folder);
  if (!places.user_folder.empty()) finder.folder(PolicyLayer::user, places.user_folder);
  if (!places.start_directory.empty()) finder.project(places.start_directory, places.uid);
  for (const std::string& name : named) finder.named(name);
  if (finder.error) return std::unexpected(std::move(*finder.error));
  return std::move(finder.found);
}

}  // namespace skillrun::app
