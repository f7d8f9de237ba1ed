#pragma once

#include <expected>
#include <utility>

#include "support/process/process_error.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// The descriptor under a number that no child is given something by; -1 with errno when that cannot be had.
[[nodiscard]] UniqueFd raised(int fd) noexcept;

/// Read end, write end. Both are close-on-exec from their birth, and neither is a number that a child is given
/// something by, so that giving a child one end never overwrites the other.
using PipeEnds = std::pair<UniqueFd, UniqueFd>;

/// A pipe for a stream: as large as the system lets it be, up to a mebibyte.
[[nodiscard]] std::expected<PipeEnds, ProcessError> make_pipe();

/// A pipe of the system's usual size. The error is that of errno.
[[nodiscard]] std::expected<PipeEnds, int> make_small_pipe();

void set_nonblocking(int fd) noexcept;

}  // namespace skillrun::inline v0
