#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skillrun {

/// The folders that the text of a `.gitmodules` names as submodules: clean relative paths, each once. What is not
/// understood names none.
[[nodiscard]] std::vector<std::string> submodule_paths(std::string_view gitmodules);

}  // namespace skillrun
