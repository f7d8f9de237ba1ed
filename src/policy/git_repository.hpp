#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun {

/// True for a folder that git takes for the top of a working tree.
[[nodiscard]] bool is_working_tree(const std::string& folder, const HostView& host);

/// True for a folder that git takes for a repository as it is, without a `.git` in it.
[[nodiscard]] bool is_bare_repository(const std::string& folder, const HostView& host);

/// The folders into which git looks when it is asked about a working tree: what its index and its `.gitmodules` name as
/// submodules, as paths below the tree, each once. Nothing when one of the two is there and was not understood.
[[nodiscard]] std::optional<std::vector<std::string>> submodules_of(const std::string& working_tree,
                                                                    const HostView& host);

}  // namespace skillrun
