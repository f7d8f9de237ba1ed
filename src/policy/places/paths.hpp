#pragma once

#include <string>
#include <string_view>

#include "support/lifetime.hpp"
#include "support/path_within.hpp"

namespace skillrun::inline v0 {

// Paths are compared by component, never by prefix of the text: "/rootfs" is not below "/root". All paths are absolute
// and lexically clean; what returns no string allocates nothing.

/// True when `path` is absolute and has no empty, "." or ".." component and no slash at its end.
[[nodiscard]] bool is_clean(std::string_view path) noexcept;

/// True when `path` lies at or below `pattern`, in which a component `*` stands for any one name.
[[nodiscard]] bool matches_within(std::string_view path, std::string_view pattern) noexcept;

/// True when a path that `pattern` matches would lie below `path`: it holds one.
[[nodiscard]] bool matches_above(std::string_view path, std::string_view pattern) noexcept;

/// True when the components of `sequence` ("a/b", no `*`) stand next to each other somewhere in `path`.
[[nodiscard]] bool has_sequence(std::string_view path, std::string_view sequence) noexcept;

/// True when `path` ends with the beginning of `sequence`, but not all of it: it would hold the rest.
[[nodiscard]] bool ends_inside_sequence(std::string_view path, std::string_view sequence) noexcept;

/// The last component; empty for "/".
[[nodiscard]] std::string_view last_component(std::string_view path SKILLRUN_VIEWED) noexcept;
void last_component(ExpiringString auto&& path) = delete;

/// `name` in `folder`.
[[nodiscard]] std::string joined(std::string_view folder, std::string_view name);

/// The folder that the last component stands in.
[[nodiscard]] std::string folder_of(std::string_view path);

/// `/var/run/x` as `/run/x`: one place, two names.
[[nodiscard]] std::string_view without_var(std::string_view path SKILLRUN_VIEWED) noexcept;
void without_var(ExpiringString auto&& path) = delete;

}  // namespace skillrun::inline v0
