#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/declaration.hpp>

#include "spec/docker_run_flags.hpp"

namespace skillrun::inline v0 {

/// A flag with its value, as the docker CLI's flag library (pflag) reads it.
struct FlagUse {
  const DockerRunFlag* flag;
  std::string value;  ///< "true" for a boolean without one
  std::size_t word;   ///< index of the word that holds the value
};

/// A word that is not a usable flag.
struct WordProblem {
  std::string_view rule;  ///< unknown-flag, podman-only-flag or flag-injects-positional
  std::string message;
  std::string remedy;
  std::size_t word;
};

struct ParsedWords {
  std::vector<FlagUse> flags;
  std::vector<WordProblem> problems;
};

/// Reads extra_args word by word with pflag's rules: `--flag value`, `--flag=value`, clusters (`-itm 5m`), booleans
/// that never take the next word. Everything that would end docker's flags, and so replace the image, is a problem.
[[nodiscard]] ParsedWords parse_extra_args(std::span<const WrittenText> words);

}  // namespace skillrun::inline v0
