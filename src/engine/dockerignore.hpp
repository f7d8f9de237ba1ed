#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace skillrun::inline v0 {

/// The patterns of a .dockerignore file, read as docker reads them (moby/patternmatcher, with ignorefile's lines): `*`,
/// `?`, `**`, `[...]`, a backslash before a character, a leading `!` for exceptions, comments. The last pattern that
/// matches a path or a folder above it decides.
class Dockerignore {
 public:
  Dockerignore() = default;

  /// The error names the first line that docker could not read either, or would read as a regular expression by
  /// accident. `most_steps` is how many bytes of paths may be matched all together; the default is some seconds.
  [[nodiscard]] static std::expected<Dockerignore, std::string> parse(std::string_view text,
                                                                      std::uint64_t most_steps = 2'000'000'000);

  /// `path` is relative to the context and clean. Fails when the patterns took too long to match, this path and those
  /// before it together.
  [[nodiscard]] std::expected<bool, std::string> excludes(std::string_view path);
  /// Whether docker looks into an excluded folder for what an exception lets in again: only where an exception begins
  /// with the folder's path, letter by letter.
  [[nodiscard]] bool looks_into(std::string_view folder) const;

 private:
  struct Pattern {
    std::string text;
    std::shared_ptr<const re2::RE2> expression;
    bool exception = false;
  };

  [[nodiscard]] bool matches(const Pattern& pattern, std::string_view path);

  std::vector<Pattern> patterns_;
  std::uint64_t most_steps_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace skillrun::inline v0
