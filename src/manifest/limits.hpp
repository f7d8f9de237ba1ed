#pragma once

#include <cstddef>

#include "manifest/node.hpp"
#include "manifest/reporter.hpp"

namespace skillrun::inline v0 {

// How much a document may hold. A file of max_manifest_size that keeps within is judged in time and memory in
// proportion to its size, whatever it holds; what is beyond is refused, and said.

/// Of a list or a table.
inline constexpr std::size_t max_entries = 1000;
/// Of a table at the top of a document: skills, services.
inline constexpr std::size_t max_top_entries = 5000;
/// Of a key, in bytes.
inline constexpr std::size_t max_key_size = 1024;
/// Of a value, in bytes.
inline constexpr std::size_t max_value_size = std::size_t{32} << 10;
/// Of the skills or services of a document, in values and pieces of 64 bytes, each instance with what its skill has.
inline constexpr std::size_t max_judged_values = 25'000;

/// Values and pieces of text of a node, and how deep it is.
struct NodeMeasure {
  std::size_t cost = 1;
  std::size_t depth = 0;
};

[[nodiscard]] NodeMeasure measure(const ValueNode& node);

/// Reports what is too long or too much, and takes it out of the tree: an entry of a table at the top as a whole, so
/// that the skills beside it are judged all the same. Readers end with it.
void enforce_limits(Reporter& reporter, ValueNode& root);

}  // namespace skillrun::inline v0
