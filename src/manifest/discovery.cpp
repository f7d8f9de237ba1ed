#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "manifest/document_kind.hpp"
#include "manifest/project_root.hpp"
#include "support/placeholder.hpp"
#include "support/text.hpp"
#include "support/writers.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view project_folder = ".skillrun";

/// The manifests that may lie directly in a project's folder, in the order they are tried.
constexpr std::array<std::string_view, 5> project_files{"skillrun.toml", "skillrun.yaml", "skillrun.yml",
                                                        ".skill-engine.toml", "skill-engine.toml"};

std::string reason(int error) { return std::generic_category().message(error); }

/// Of the target of a link. Nothing when there is none; errno says why.
std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

bool is_link(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

/// True for a policy or a Compose file, by what it says: it lies here and declares no skill.
bool is_other_document(const std::string& path) {
  const auto format = format_of(path);
  if (format != ManifestFormat::yaml) return false;
  const auto source = read_source(path);
  return source && document_kind((*source)->text, *format).value_or(DocumentKind::manifest) != DocumentKind::manifest;
}

class Search {
 public:
  explicit Search(std::uint32_t uid) : uid_(uid) {}

  std::expected<void, std::string> explicit_path(const std::string& path) {
    found_.searched.push_back(path);
    const auto status = status_of(path);
    if (!status) {
      return std::unexpected(fmt::format("the manifest {} cannot be read: {}", printable(path), reason(errno)));
    }
    if (S_ISDIR(status->st_mode)) {
      folder(path, "option");
    } else {
      add(path, *status, "option");
    }
    return {};
  }

  void environment_path(const std::string& path) {
    found_.searched.push_back(path);
    const auto status = status_of(path);
    if (!status || is_placeholder(*status)) {
      warn(path, fmt::format("named by SKILLRUN_MANIFEST, cannot be read: {}", reason(status ? ENOENT : errno)));
    } else if (S_ISDIR(status->st_mode)) {
      folder(path, "environment");
    } else {
      add(path, *status, "environment");
    }
  }

  void project(const std::string& start) {
    std::error_code error;
    fs::path level = fs::canonical(start, error);
    if (error) {
      warn(start, fmt::format("the project search cannot begin here: {}", error.message()));
      return;
    }
    for (auto status = status_of(level.string()); status;) {
      project_level(level.string(), *status);
      const fs::path parent = level.parent_path();
      if (parent == level) return;
      const auto above = status_of(parent.string());
      if (!above || above->st_dev != status->st_dev) return;
      level = parent;
      status = above;
    }
  }

  /// A folder that need not be there.
  void standard_folder(const std::string& path, std::string_view tier) {
    if (path.empty()) return;
    found_.searched.push_back(path);
    const auto status = status_of(path);
    if (!status && errno != ENOENT && errno != ENOTDIR) {
      warn(path, fmt::format("cannot be read: {}", reason(errno)));
    }
    if (status && S_ISDIR(status->st_mode)) folder(path, tier);
  }

  Discovery take() { return std::move(found_); }

 private:
  void warn(const std::string& path, std::string_view why) {
    found_.warnings.push_back(fmt::format("ignored {}: {}", printable(path), why));
  }

  /// Why what lies here may be a stranger's; empty when it is the caller's alone.
  [[nodiscard]] std::string distrust(const std::string& path, const struct stat& status) const {
    if (status.st_uid != uid_) return fmt::format("owned by another user (uid {})", status.st_uid);
    if (others_may_write(path, status)) return "writable by others";
    return {};
  }

  void add(const std::string& path, const struct stat& status, std::string_view tier) {
    // The same file twice would only shadow itself.
    if (seen_.insert({status.st_dev, status.st_ino}).second) found_.candidates.push_back({path, std::string(tier), {}});
  }

  /// The manifests of a folder by name. In a project's folder each must be the caller's own.
  void folder(const std::string& path, std::string_view tier) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error) warn(path, fmt::format("cannot be read: {}", error.message()));
    std::sort(names.begin(), names.end());
    const bool holds_policy = fs::path(path).lexically_normal().filename() == project_folder || tier == "project";
    for (const std::string& name : names) {
      if (!format_of(name)) continue;
      if (holds_policy && (name == "policy.yaml" || name == "policy.yml")) continue;
      file((fs::path(path) / name).string(), tier);
    }
  }

  void file(const std::string& path, std::string_view tier) {
    const auto status = status_of(path);
    if (!status) {
      warn(path, fmt::format("cannot be read: {}", reason(errno)));
    } else if (!S_ISREG(status->st_mode)) {
      warn(path, "not a regular file");
    } else if (is_placeholder(*status)) {
      // Put there by a run, so that its skill cannot put a manifest there.
    } else if (const std::string why = tier == "project" ? distrust(path, *status) : std::string(); !why.empty()) {
      warn(path, why);
    } else if (tier == "project" && !leads_inside(path, project_root_)) {
      warn(path, "a link that leads out of the project");
    } else if (!is_other_document(path)) {
      add(path, *status, tier);
    }
  }

  void project_level(const std::string& level, const struct stat& level_status) {
    project_root_ = project_root(level);
    found_.searched.push_back(level);
    const std::string why = distrust(level, level_status);
    const auto present = [](const std::string& path) { return is_link(path) || status_of(path).has_value(); };
    const std::string hidden = (fs::path(level) / project_folder).string();
    if (present(hidden)) {
      const auto status = status_of(hidden);
      if (!why.empty()) {
        warn(hidden, fmt::format("its folder is {}", why));
      } else if (!status || !S_ISDIR(status->st_mode)) {
        warn(hidden, "not a folder");
      } else if (const std::string own = distrust(hidden, *status); !own.empty()) {
        warn(hidden, own);
      } else {
        folder(hidden, "project");
      }
    }
    for (const std::string_view name : project_files) {
      const std::string path = (fs::path(level) / name).string();
      if (!present(path)) continue;
      if (why.empty()) {
        file(path, "project");
      } else {
        warn(path, fmt::format("its folder is {}", why));
      }
    }
  }

  std::uint32_t uid_;
  fs::path project_root_;  ///< of the level that is searched
  std::set<std::pair<dev_t, ino_t>> seen_;
  Discovery found_;
};

}  // namespace

std::expected<Discovery, std::string> discover_manifests(const DiscoveryOptions& options) {
  Search search(options.uid);
  for (const std::string& path : options.explicit_paths) {
    if (auto found = search.explicit_path(path); !found) return std::unexpected(std::move(found.error()));
  }
  for (const std::string& path : options.environment_paths) {
    if (!path.empty()) search.environment_path(path);
  }
  if (!options.start_directory.empty()) search.project(options.start_directory);
  search.standard_folder(options.user_directory, "user");
  search.standard_folder(options.system_directory, "system");
  search.standard_folder(options.installed_directory, "installed");
  return search.take();
}

}  // namespace skillrun::inline v0
