#pragma once

#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// A sentence part, as the rule catalogue has them, as a sentence: a capital letter at its front, and a full stop
/// at its end unless it is a question.
[[nodiscard]] std::string sentence(std::string_view part);

}  // namespace skillrun::inline v0
