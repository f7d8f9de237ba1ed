#pragma once

namespace skillrun::cli {

/// Opens /dev/null on whichever of the standard descriptors are closed, so that no file of ours gets the number of one:
/// a skill's output would go into it. Comes before anything else is opened. False when that is not possible.
[[nodiscard]] bool open_closed_streams() noexcept;

/// Whether standard output was closed then. A skill's output is dropped; a document that nobody gets is a failure.
[[nodiscard]] bool output_was_closed() noexcept;

}  // namespace skillrun::cli
