#pragma once

#include <skillrun/manifest.hpp>

#include "manifest/node.hpp"
#include "manifest/reporter.hpp"
#include "manifest/text_index.hpp"

namespace skillrun::inline v0 {

/// The comments `# skillrun: ...` of a text that reads as `root`. The tree decides what is a comment: a `#` within a
/// key or a value is none. Costs one search where the text has no such word. Too many are a fault. `skills` is the key
/// of the table whose entries the comments stand in.
[[nodiscard]] Directives find_directives(const TextIndex& index, const ValueNode& root, Reporter& reporter,
                                         std::string_view skills = "skills");

}  // namespace skillrun::inline v0
