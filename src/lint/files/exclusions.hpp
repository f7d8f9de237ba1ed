#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lint/files/gitignore.hpp"

namespace skillrun::inline v0 {

/// What the user leaves out: patterns as .gitignore has them, as if they stood in one in the folder `base`. Unlike the
/// repository's own .gitignore they leave out what `skillrun SKILL` would find, too.
class Exclusions {
 public:
  Exclusions() = default;
  Exclusions(const std::vector<std::string>& patterns, const std::filesystem::path& base);

  /// True for what a pattern matches, and for everything below a folder that one matches.
  [[nodiscard]] bool cover(const std::filesystem::path& path, bool is_folder = false) const;

 private:
  Gitignore patterns_;
  std::filesystem::path base_;
};

}  // namespace skillrun::inline v0
