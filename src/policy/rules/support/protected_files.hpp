#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/rules/support/rule_params.hpp"
#include "support/lifetime.hpp"

namespace skillrun::inline v0 {

inline constexpr std::string_view protected_file_rule = "protected-file";

/// Names below a folder that skillrun, or another program of the caller's, runs or obeys when it is used there: who
/// writes them decides what runs next. A slash at the end makes it a folder with all that is in it.
[[nodiscard]] std::span<const std::string_view> builtin_protected_files();

/// A name without the slash that says that it is a folder's.
[[nodiscard]] std::string_view without_slash(std::string_view name SKILLRUN_VIEWED) noexcept;
void without_slash(ExpiringString auto&& name) = delete;

/// A relative path without "." and ".."; a slash at its end is kept.
[[nodiscard]] std::expected<std::string, ParseError> normalize_protected_file(std::string_view word);

/// The same for a name that skills may write. One in a folder that is protected as a whole would open nothing.
[[nodiscard]] std::expected<std::string, ParseError> normalize_allowed_file(std::string_view word);

/// What a policy protects: the built-in names and those that it adds, without those that it allows.
[[nodiscard]] std::vector<std::string> protected_files(const RuleParams& params);

/// The protected name that a real path is or lies in, wherever that is; empty when there is none.
[[nodiscard]] std::string_view protected_name_of(std::string_view path,
                                                 std::span<const std::string> names SKILLRUN_VIEWED);
void protected_name_of(std::string_view path, std::vector<std::string>&& names) = delete;

}  // namespace skillrun::inline v0
