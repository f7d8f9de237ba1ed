#pragma once

#include <string_view>
#include <vector>

#include <skillrun/lint.hpp>

#include "report/html/source_lines.hpp"

namespace skillrun::inline v0 {

/// The rule whose finding stands where a secret stands.
inline constexpr std::string_view secret_rule = "secret-in-environment";

/// For each line of a source whether it must not be shown: pages are passed around, and the code of one finding shows
/// lines of others.
///
/// Hidden is what `spans`, those of the secret rule's findings, cover. Hidden is also what looks as a secret would: the
/// finding may be in a baseline, the rule switched off, or the manifest too broken for any rule to judge it.
[[nodiscard]] std::vector<bool> secret_lines(const SourceLines& lines, const std::vector<Span>& spans);

}  // namespace skillrun::inline v0
