#include "manifest/node.hpp"

namespace skillrun::inline v0 {

std::string_view describe(const ValueNode& node) noexcept {
  switch (node.kind) {
    case NodeKind::table: return "a table";
    case NodeKind::array: return "a list";
    case NodeKind::string: return "a string";
    case NodeKind::integer: return "an integer";
    case NodeKind::floating: return "a float";
    case NodeKind::boolean: return "a boolean";
    case NodeKind::null: return "nothing (null)";
    case NodeKind::other: return "a date or time";
  }
  return "a value";
}

}  // namespace skillrun::inline v0
