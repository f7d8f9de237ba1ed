#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// src/report/html/lint.css and lint.js, compiled in. Neither holds anything that ends a style or script element.
[[nodiscard]] std::string_view lint_css() noexcept;
[[nodiscard]] std::string_view lint_js() noexcept;

}  // namespace skillrun::inline v0
