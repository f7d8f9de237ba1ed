#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

enum class NodeKind : std::uint8_t { table, array, string, integer, floating, boolean, null, other };

struct Member;

/// A value of a manifest in a form that TOML and YAML share. Depth is bounded by the reader (max_nesting), so walking
/// it by recursion is safe.
struct ValueNode {
  NodeKind kind = NodeKind::null;
  /// YAML: written without quotes, so the text may stand for a boolean as well. Always a string in `kind`.
  bool plain = false;
  /// YAML of Compose: tagged !override or !reset. It takes the place of what it would be merged with.
  bool replaces = false;
  std::string text;  ///< a string's value; the spelling of any other scalar
  Span span;         ///< a quoted string's span includes its quotes
  std::vector<ValueNode> items;
  std::vector<Member> members;  ///< in the order of the file, keys distinct
};

struct Member {
  std::string key;
  Span key_span;
  ValueNode value;
};

/// A string at a place where it is not written as a value, such as a key that stands for one.
[[nodiscard]] inline ValueNode string_node(std::string text, Span span) {
  ValueNode node;
  node.kind = NodeKind::string;
  node.text = std::move(text);
  node.span = span;
  return node;
}

/// "a string", "a list", ...: for messages.
[[nodiscard]] std::string_view describe(const ValueNode& node) noexcept;

/// How deep tables and lists may be nested in a manifest.
inline constexpr std::size_t max_nesting = 32;

}  // namespace skillrun::inline v0
