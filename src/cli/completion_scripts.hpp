#pragma once

#include <span>
#include <string_view>

namespace skillrun::cli {

/// What a shell reads to complete skillrun's command line. It asks the program (see completion.hpp).
struct CompletionScript {
  std::string_view shell;
  std::string_view text;
};

/// The files of completions/.
[[nodiscard]] std::span<const CompletionScript> completion_scripts();

}  // namespace skillrun::cli
