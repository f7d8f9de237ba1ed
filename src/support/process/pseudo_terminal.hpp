#pragma once

#include <expected>

#include "support/process/process_error.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// A terminal between this program and a child. Both ends are close-on-exec, and neither is a number that a child is
/// given something by.
struct PseudoTerminal {
  UniqueFd ours;    ///< what is written here are keys; what is read is what the child shows
  UniqueFd theirs;  ///< the terminal, raw: whoever wants lines and an echo switches them on
};

[[nodiscard]] std::expected<PseudoTerminal, ProcessError> make_pseudo_terminal();

/// Tells whoever works at the terminal, too.
void set_window_size(int terminal, int rows, int columns) noexcept;

}  // namespace skillrun::inline v0
