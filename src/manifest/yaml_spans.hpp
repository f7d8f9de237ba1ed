#pragma once

#include <cstddef>
#include <string_view>

namespace skillrun::inline v0 {

// yaml-cpp says where a node begins but not where it ends; these find the rest in the text. Each takes offsets into a
// text that yaml-cpp has accepted up to there and never reads beyond it.

/// Skips anchors and tags, with the white space and comments after them, that stand before a node's content.
[[nodiscard]] std::size_t skip_yaml_properties(std::string_view text, std::size_t at) noexcept;

/// True for a scalar that begins like this: neither quoted nor a block scalar.
[[nodiscard]] bool is_plain_yaml_scalar(std::string_view text, std::size_t begin) noexcept;

/// The offset just after a scalar of any style that begins at `begin` and reads as `value`.
[[nodiscard]] std::size_t yaml_scalar_end(std::string_view text, std::size_t begin, std::string_view value) noexcept;

/// The offset just after the bracket that closes a flow collection whose last child ends at `from`.
[[nodiscard]] std::size_t yaml_flow_end(std::string_view text, std::size_t from, char closing) noexcept;

}  // namespace skillrun::inline v0
