#pragma once

#include <optional>
#include <string_view>

#include <skillrun/finding.hpp>

namespace skillrun::inline v0 {

/// True for findings of one value at one place.
[[nodiscard]] bool same_value(const Finding& a, const Finding& b);

/// True where `weak` says of the same value what `strong` says of it more strongly (RuleInfo::covers), and is no more
/// severe. What the caller could be asked for is covered only by what refuses whatever the answer.
[[nodiscard]] bool is_covered(const Finding& weak, const Finding& strong);

/// How severe it is by that rule, which is the finding's own or one that it covers; nothing where it is neither.
[[nodiscard]] std::optional<Severity> severity_of(const Finding& finding, std::string_view rule);

/// Leaves of what is covered only a note in the strongest finding (Finding::covers), so that each fault is said once. A
/// waiver counts: what is waived covers what the same waiver waives, and nothing that still stands.
/// `findings` are sorted.
void say_once(Findings& findings);

}  // namespace skillrun::inline v0
