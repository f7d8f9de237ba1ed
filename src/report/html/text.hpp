#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// Any bytes as text of a page, between tags as in quoted attributes: nothing in the result is markup, a control
/// character or a character that reorders or hides others. Beyond `most` characters it is cut, which an ellipsis shows,
/// so that a value of a megabyte is not repeated in full.
[[nodiscard]] std::string html_text(std::string_view text, std::size_t most = 2000);

/// A value of a URL's fragment, as URLSearchParams reads it.
[[nodiscard]] std::string fragment_value(std::string_view text);

/// "1 finding", "2 findings".
[[nodiscard]] std::string counted(std::size_t count, std::string_view what);

}  // namespace skillrun::inline v0
