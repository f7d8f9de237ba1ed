#pragma once

#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/docker/dialect.hpp"

namespace skillrun::inline v0 {

/// A spec as words of a command line. What they cannot say is a gap (see gaps.hpp), and left out.
struct RunWords {
  std::vector<std::string> flags;  ///< "--flag=value" each, in a fixed order; nothing about variables or removal
  std::vector<std::string> tail;   ///< "--", the image, the command
  std::vector<std::pair<std::string, std::string>> variables;  ///< of the container; the last one of a name only
};

[[nodiscard]] RunWords run_words(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                                 const Dialect& dialect);

/// An image reference as a client takes it: podman refuses a tag beside a digest, and the digest is what counts.
[[nodiscard]] std::string image_word(const std::string& reference, const Dialect& dialect);

}  // namespace skillrun::inline v0
