#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// True for a folder that git takes for the top of a working tree.
[[nodiscard]] bool is_working_tree(const std::string& folder, const HostView& host);

/// True for a folder that git takes for a repository as it is: one without a working tree, or what a `.git` names.
[[nodiscard]] bool is_repository(const std::string& folder, const HostView& host);

/// What git reads, beyond the tree's own files, when it is asked about a working tree. Who writes there decides what
/// git runs.
struct GitTree {
  /// Absolute paths; with a slash at the end a folder and everything in it: the tree's repository, the one that several
  /// trees share, `.gitmodules`, and the files and the folder of hooks that the configuration names.
  std::vector<std::string> settings;
  /// Folders into which git looks, absolute and clean, below the tree: what its index and its `.gitmodules` name as
  /// submodules, each once. Nothing when one of the two is there and was not understood.
  std::optional<std::vector<std::string>> submodules;
};

/// Nothing when it is not known where the repository is, or what its configuration says.
[[nodiscard]] std::optional<GitTree> read_git_tree(const std::string& working_tree, const HostView& host);

}  // namespace skillrun::inline v0
