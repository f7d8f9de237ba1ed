#include "lint/files/exclusions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace skillrun::inline v0 {

namespace fs = std::filesystem;

Exclusions::Exclusions(const std::vector<std::string>& patterns, const fs::path& base)
    : patterns_(fmt::format("{}", fmt::join(patterns, "\n"))), base_(base) {}

bool Exclusions::cover(const fs::path& path, bool is_folder) const {
  if (patterns_.empty()) return false;
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (error) return false;
  const fs::path relative = absolute.lexically_relative(base_);
  const bool below = !relative.empty() && *relative.begin() != "..";
  // Of what lies elsewhere only names can be matched.
  const fs::path& judged = below ? relative : absolute.relative_path();
  fs::path level;
  for (auto part = judged.begin(); part != judged.end(); ++part) {
    if (part->empty() || *part == ".") continue;
    level /= *part;
    const bool last = std::next(part) == judged.end();
    if (patterns_.verdict(level.string(), !last || is_folder) == Gitignore::Verdict::ignored) return true;
  }
  return false;
}

}  // namespace skillrun::inline v0
