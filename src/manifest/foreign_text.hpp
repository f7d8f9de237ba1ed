#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <skillrun/finding.hpp>
#include <skillrun/manifest.hpp>

#include "manifest/node.hpp"

namespace skillrun::inline v0 {

/// A key that shows what kind of document a text is.
struct DocumentMark {
  std::string_view key;
  std::string_view value = {};  ///< its value, or how that begins when it ends with a slash; empty: any
};

/// True when the root table has one of the marks, or where the text could not be read, one of its lines begins like
/// one. An empty document is what it should be.
[[nodiscard]] bool has_mark(std::string_view text, const std::optional<ValueNode>& root,
                            std::span<const DocumentMark> marks);

/// What is said of a text that is not a document of ours, in place of what a reader found in it: the first place, and
/// what was expected. Its source has the name and no text: whatever a link, an `extends` or a slip of the hand led to
/// is never quoted.
struct ForeignText {
  SourcePtr source;
  Findings findings;
};

[[nodiscard]] ForeignText foreign_text(const SourceText& source, const Findings& found, std::string_view expected);

/// True when a manifest declares skills or has its version, as far as it can be read.
[[nodiscard]] bool is_manifest(std::string_view text, const std::optional<ValueNode>& root);

}  // namespace skillrun::inline v0
