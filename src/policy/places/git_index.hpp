#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skillrun::inline v0 {

/// What a git index says about other repositories: gitformat-index(5), versions 2 to 4, of SHA-1 and SHA-256.
struct GitIndex {
  std::vector<std::string> gitlinks;  ///< the folders of submodules, whether `.gitmodules` names them or not
  std::string shared;                 ///< the index beside it that holds the rest of a split one; empty for none
};

/// Nothing for bytes that are not an index, or one that says something which is not understood.
[[nodiscard]] std::optional<GitIndex> read_git_index(std::string_view bytes);

}  // namespace skillrun::inline v0
