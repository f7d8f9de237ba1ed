#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace skillrun {

/// The patterns of a .dockerignore file: `*`, `?`, `**`, a leading `!` for exceptions, comments. The last pattern that
/// matches a path or a folder above it decides.
class Dockerignore {
 public:
  Dockerignore() = default;

  /// The error names the first line whose pattern has a meaning that is not implemented ([...] and backslashes).
  [[nodiscard]] static std::expected<Dockerignore, std::string> parse(std::string_view text);

  /// `path` is relative to the context and clean.
  [[nodiscard]] bool excludes(std::string_view path) const;
  /// True when something below an excluded folder may be let in again.
  [[nodiscard]] bool has_exceptions() const noexcept { return has_exceptions_; }

 private:
  struct Pattern {
    std::string glob;
    bool exception = false;
  };
  std::vector<Pattern> patterns_;
  bool has_exceptions_ = false;
};

/// True when the glob matches the whole path; `*` and `?` stay within a component, `**` spans any number of them.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace skillrun
