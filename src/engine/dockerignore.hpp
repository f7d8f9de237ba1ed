#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace skillrun::inline v0 {

/// The patterns of a .dockerignore file: `*`, `?`, `**`, a leading `!` for exceptions, comments. The last pattern that
/// matches a path or a folder above it decides.
class Dockerignore {
 public:
  Dockerignore() = default;

  /// The error names the first line whose pattern has a meaning that is not implemented ([...] and backslashes).
  /// `most_steps` is how long all matching together may take; the default is some seconds.
  [[nodiscard]] static std::expected<Dockerignore, std::string> parse(std::string_view text,
                                                                      std::uint64_t most_steps = 2'000'000'000);

  /// `path` is relative to the context and clean. Fails when the patterns took too long to match, this path and those
  /// before it together.
  [[nodiscard]] std::expected<bool, std::string> excludes(std::string_view path);
  /// True when something below an excluded folder may be let in again.
  [[nodiscard]] bool has_exceptions() const noexcept { return has_exceptions_; }

 private:
  struct Pattern {
    std::string glob;
    bool exception = false;
  };

  std::vector<Pattern> patterns_;
  std::uint64_t most_steps_ = 0;
  std::uint64_t steps_ = 0;
  bool has_exceptions_ = false;
};

/// True when the glob matches the whole path; `*` and `?` stay within a component, `**` spans any number of them. Adds
/// what it took to `steps`: at most the product of both lengths.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view path, std::uint64_t& steps);

}  // namespace skillrun::inline v0
