#pragma once

#include <cstddef>
#include <string>

namespace skillrun::inline v0 {

/// The most that a finding says, in bytes, however long the values are that it quotes.
inline constexpr std::size_t max_message_size = 1000;

/// The text with "..." in place of its middle where it is longer than `most` bytes: what stands around a long value
/// that a message quotes stays.
[[nodiscard]] std::string abridged(std::string text, std::size_t most = max_message_size);

}  // namespace skillrun::inline v0
