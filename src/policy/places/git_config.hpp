#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skillrun::inline v0 {

/// What a key is set to in a text of git's configuration (`.gitmodules`, `.git/config`), in sections whose names begin
/// so, each value once. Names are in small letters. Where versions of git read a value differently it stands in each
/// way; what is not understood sets nothing.
[[nodiscard]] std::vector<std::string> git_config_values(std::string_view text, std::string_view section,
                                                         std::string_view key);

}  // namespace skillrun::inline v0
