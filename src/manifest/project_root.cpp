#include "manifest/project_root.hpp"

#include <system_error>

namespace skillrun::inline v0 {

namespace fs = std::filesystem;

std::optional<fs::path> repository_of(const fs::path& folder) {
  for (fs::path level = folder; !level.empty(); level = level.parent_path()) {
    std::error_code error;
    if (fs::exists(level / ".git", error)) return level;
    if (level == level.root_path()) break;
  }
  return std::nullopt;
}

fs::path project_root(const fs::path& folder) { return repository_of(folder).value_or(folder); }

bool lies_below(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

bool leads_inside(const fs::path& path, const fs::path& root) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  return !error && lies_below(target, root);
}

}  // namespace skillrun::inline v0
