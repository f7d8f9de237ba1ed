#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "manifest/node.hpp"
#include "manifest/reporter.hpp"
#include "manifest/text_index.hpp"

namespace skillrun::inline v0 {

// Both readers take valid UTF-8 without NUL and without a byte order mark, at most max_manifest_size bytes. They report
// what is wrong and give the root table; nothing when the text cannot be understood as a tree at all.

[[nodiscard]] std::optional<ValueNode> read_toml(const TextIndex& index, Reporter& reporter);

/// What becomes of YAML's merge key `<<`, and of tags, YAML's own (!!str) and those with which Compose says how files
/// are merged: manifests may have the first, Compose both, and policies say everything where it stands.
enum class MergeKeys : std::uint8_t { refused, read, read_with_tags };

[[nodiscard]] std::optional<ValueNode> read_yaml(const TextIndex& index, Reporter& reporter,
                                                 MergeKeys merge_keys = MergeKeys::refused);

/// The offset at which a TOML text nests brackets or dotted keys deeper than max_nesting, if it does. toml++ bounds
/// brackets only, and a chain of a hundred thousand dots would exhaust the stack when its tables are destroyed.
[[nodiscard]] std::optional<std::size_t> find_deep_toml(std::string_view text) noexcept;

inline constexpr std::string_view syntax_error = "syntax-error";
inline constexpr std::string_view duplicate_key = "duplicate-key";

/// The finding for nesting beyond max_nesting, in both formats.
[[nodiscard]] Fault too_deep();

}  // namespace skillrun::inline v0
