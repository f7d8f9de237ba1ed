#pragma once

#include <string>
#include <vector>

namespace differential {

/// A row of the list in docs/extra-args.md: what docker takes, and the rule by which skillrun refuses it on purpose.
struct Difference {
  std::string name;  ///< "extra-args.md:40"
  std::vector<std::string> words;
  std::string rule;
};

/// Throws where the list cannot be read.
[[nodiscard]] std::vector<Difference> intended_differences();

}  // namespace differential
