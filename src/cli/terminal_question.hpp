#pragma once

#include <optional>
#include <string_view>

#include "support/unique_fd.hpp"

namespace skillrun::cli {

/// The terminal of the one who called, whatever standard input and output are: a pipe answers for nobody.
class CallerTerminal {
 public:
  /// Nothing when there is no terminal.
  [[nodiscard]] static std::optional<CallerTerminal> open();

  /// False when the terminal has gone.
  [[nodiscard]] bool print(std::string_view text) const;

  /// True for y or yes. What was typed before the question is not an answer to it, and neither is the end of input.
  [[nodiscard]] bool confirm(std::string_view question) const;

 private:
  explicit CallerTerminal(UniqueFd terminal) : terminal_(std::move(terminal)) {}

  UniqueFd terminal_;
};

}  // namespace skillrun::cli
