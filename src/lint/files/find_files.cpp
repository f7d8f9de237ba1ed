#include "lint/files/find_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <tuple>

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "lint/files/gitignore.hpp"
#include "manifest/project_root.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"

namespace fs = std::filesystem;

namespace skillrun::inline v0 {

namespace {

/// A larger one excludes nothing: its patterns would be held against every name.
constexpr std::size_t most_ignore_bytes = std::size_t{128} << 10;
constexpr std::array<std::string_view, 5> usual_names = {"skillrun.toml", "skillrun.yaml", "skillrun.yml",
                                                         ".skill-engine.toml", "skill-engine.toml"};
constexpr std::string_view project_folder = ".skillrun";

bool is_usual(std::string_view name) { return std::ranges::find(usual_names, name) != usual_names.end(); }

/// The .gitignore of one folder, and those above it.
struct Level {
  const Level* above = nullptr;
  std::size_t folder_size = 0;  ///< of the folder's path, with the slash at its end
  Gitignore ignore;
};

Gitignore read_ignore(const fs::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const auto text = read_file(file.string(), most_ignore_bytes);
  return text ? Gitignore(*text) : Gitignore();
}

bool is_ignored(const Level* level, const std::string& path, bool is_folder) {
  for (; level != nullptr; level = level->above) {
    if (level->ignore.empty()) continue;
    const auto verdict = level->ignore.verdict(std::string_view(path).substr(level->folder_size), is_folder);
    if (verdict != Gitignore::Verdict::none) return verdict == Gitignore::Verdict::ignored;
  }
  return false;
}

/// Walks one folder. Absolute paths are for .gitignore files, shown ones for people.
class Walk {
 public:
  /// `root` is the repository's, empty where there is none; `top` the folder that is walked.
  Walk(std::vector<LintInput>& found, const Exclusions& exclusions, fs::path root, fs::path top)
      : found_(found), exclusions_(exclusions), root_(std::move(root)), top_(std::move(top)) {}

  std::expected<void, std::string> folder(const fs::path& absolute, const fs::path& shown, const Level* above) {
    const Level level{
        .above = above, .folder_size = absolute.string().size() + 1, .ignore = read_ignore(absolute / ".gitignore")};
    const bool in_project_folder = absolute.filename() == project_folder;
    std::error_code error;
    for (fs::directory_iterator entry(absolute, error), end; !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      const bool is_folder = entry->is_directory(error) && !entry->is_symlink(error);
      if (name == ".git" || (!is_folder && !kind_of(name))) continue;
      const bool found_by_run = in_project_folder || (is_folder ? name == project_folder : is_usual(name));
      if (!found_by_run && is_ignored(&level, entry->path().string(), is_folder)) continue;
      if (exclusions_.cover(shown / name, is_folder)) continue;
      if (is_folder) {
        if (auto walked = folder(entry->path(), shown / name, &level); !walked) return walked;
      } else if (entry->is_regular_file(error) &&
                 (!entry->is_symlink(error) || leads_inside(entry->path(), root_.empty() ? top_ : root_))) {
        file(entry->path(), (shown / name).string());
      }
      error.clear();
    }
    if (error) return std::unexpected(fmt::format("'{}' cannot be read: {}", shown.string(), error.message()));
    return {};
  }

 private:
  void file(const fs::path& absolute, std::string shown) {
    const std::string name = absolute.filename().string();
    const bool in_project_folder = absolute.parent_path().filename() == project_folder;
    const LintKind kind = *kind_of(absolute.string());
    found_.push_back({.path = std::move(shown),
                      .repository_path = root_.empty() ? std::string() : absolute.lexically_relative(root_).string(),
                      .kind = kind,
                      .named = in_project_folder || kind == LintKind::skill_md || is_usual(name)});
    if (found_.back().repository_path.empty()) found_.back().repository_path = found_.back().path;
  }

  std::vector<LintInput>& found_;
  const Exclusions& exclusions_;
  fs::path root_;
  fs::path top_;
};

/// The .gitignore files between the repository's root and the folder; the chain's last is the innermost.
std::vector<Level> levels_above(const fs::path& root, const fs::path& folder) {
  std::vector<fs::path> folders;
  for (fs::path level = folder; level != root && level.has_parent_path();) {
    level = level.parent_path();
    folders.push_back(level);
  }
  std::ranges::reverse(folders);
  std::vector<Level> levels;
  levels.reserve(folders.size() + 1);
  const std::size_t root_size = root.string().size() + 1;
  levels.push_back({.folder_size = root_size, .ignore = read_ignore(root / ".git/info/exclude")});
  for (const fs::path& level : folders) {
    levels.push_back({.above = &levels.back(),
                      .folder_size = level.string().size() + 1,
                      .ignore = read_ignore(level / ".gitignore")});
  }
  return levels;
}

std::expected<void, std::string> add_folder(std::vector<LintInput>& found, const std::string& path,
                                            const Exclusions& exclusions) {
  std::error_code error;
  const fs::path absolute = fs::canonical(path, error);
  if (error) return std::unexpected(fmt::format("'{}' cannot be read: {}", printable(path), error.message()));
  const fs::path shown = path == "." || path == "./" ? fs::path() : fs::path(path);
  const auto root = repository_of(absolute);
  if (!root) return Walk(found, exclusions, {}, absolute).folder(absolute, shown, nullptr);
  const std::vector<Level> levels = levels_above(*root, absolute);
  return Walk(found, exclusions, *root, absolute).folder(absolute, shown, &levels.back());
}

}  // namespace

std::string repository_path(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (error) return path;
  const auto root = repository_of(absolute.parent_path());
  return root ? absolute.lexically_relative(*root).string() : path;
}

std::expected<std::vector<LintInput>, std::string> find_lint_files(const std::vector<std::string>& paths,
                                                                   std::optional<LintKind> forced,
                                                                   const Exclusions& exclusions) {
  std::vector<LintInput> found;
  for (const std::string& path : paths) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      return std::unexpected(
          fmt::format("'{}' cannot be read: {}", printable(path), std::generic_category().message(errno)));
    }
    if (exclusions.cover(path, S_ISDIR(status.st_mode))) continue;
    if (S_ISDIR(status.st_mode)) {
      if (auto added = add_folder(found, path, exclusions); !added) return std::unexpected(std::move(added.error()));
      continue;
    }
    const auto kind = forced ? forced : kind_of(path);
    if (!kind) {
      return std::unexpected(
          fmt::format("'{}' is not named like a manifest (*.toml, *.yaml, *.yml or SKILL.md); say with --as what it is",
                      printable(path)));
    }
    found.push_back({.path = path,
                     .repository_path = repository_path(path),
                     .kind = *kind,
                     .named = true,
                     .forced = forced.has_value()});
  }
  const auto key = [](const LintInput& input) { return std::tie(input.repository_path, input.path); };
  std::ranges::sort(found, {}, key);
  const auto again = std::ranges::unique(found, {}, &LintInput::path);
  found.erase(again.begin(), again.end());
  return found;
}

}  // namespace skillrun::inline v0
