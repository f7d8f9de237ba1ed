#pragma once

#include <filesystem>
#include <optional>

namespace skillrun::inline v0 {

/// The root of the repository that holds the folder: the nearest one upwards with a .git, if any.
[[nodiscard]] std::optional<std::filesystem::path> repository_of(const std::filesystem::path& folder);

/// What the files of a project's folder may be links to: everything in its repository, or without one in the folder.
[[nodiscard]] std::filesystem::path project_root(const std::filesystem::path& folder);

/// True when `path` is `root` or lies below it; both without links and dots.
[[nodiscard]] bool lies_below(const std::filesystem::path& path, const std::filesystem::path& root);

/// True when the file at `path` lies below `root`, every link followed. `root` holds no link. A report quotes lines and
/// a CI job publishes reports: a link in a stranger's repository must not bring in a file from outside of it.
[[nodiscard]] bool leads_inside(const std::filesystem::path& path, const std::filesystem::path& root);

}  // namespace skillrun::inline v0
