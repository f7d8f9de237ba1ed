#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace differential {

/// Words as a shell would read them back: plain, in single quotes, or as $'...' where a byte needs it.
[[nodiscard]] std::string shell_quoted(const std::vector<std::string>& words);

/// The words of a line that shell_quoted() wrote, or that a person wrote with the same three forms; nothing when a
/// quote does not end.
[[nodiscard]] std::optional<std::vector<std::string>> shell_words(std::string_view line);

}  // namespace differential
