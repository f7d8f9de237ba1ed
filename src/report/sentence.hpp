#pragma once

#include <string>
#include <string_view>

namespace skillrun {

/// A sentence part, as the rule catalogue has them, as a sentence: a capital letter at its front, a full stop at its
/// end.
[[nodiscard]] std::string sentence(std::string_view part);

}  // namespace skillrun
