#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skillrun::inline v0 {

/// The lines of one .gitignore file, as gitignore(5) defines them. Matching takes time in proportion to pattern times
/// path, whatever the pattern. Two things differ from git: a slash within [...] makes the pattern match nothing, and
/// bytes are compared, not characters of a locale.
class Gitignore {
 public:
  enum class Verdict { none, ignored, kept };

  Gitignore() = default;
  explicit Gitignore(std::string_view text);

  [[nodiscard]] bool empty() const noexcept { return patterns_.empty(); }
  /// What the file says of a path relative to its own folder: the last pattern that matches decides. That everything
  /// below an ignored folder is ignored too is the caller's business.
  [[nodiscard]] Verdict verdict(std::string_view path, bool is_folder) const;

 private:
  struct Pattern {
    std::vector<std::string> segments;
    bool keeps = false;         ///< written with !
    bool folders_only = false;  ///< written with a slash at its end
    bool anchored = false;      ///< about the whole path; otherwise about its last name
  };

  std::vector<Pattern> patterns_;
};

}  // namespace skillrun::inline v0
