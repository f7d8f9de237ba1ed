#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/setting.hpp>

namespace skillrun::inline v0 {

/// `text` with other bytes in the place of what parts a mount (colons, commas, quotes, equals signs) wherever it came
/// out of a variable: a folder is one part, whatever its name holds, and no value adds an option. The text must hold no
/// control character.
[[nodiscard]] std::string with_values_whole(std::string_view text, std::span<const Expansion> expansions);

/// What is wrong with a target that holds a colon, which no text without variables can give it.
[[nodiscard]] std::string more_than_a_target(std::string_view target);

/// The same bytes back in a part of it.
[[nodiscard]] std::string as_it_was(std::string_view part);

}  // namespace skillrun::inline v0
