#pragma once

#include <string>

#include <skillrun/lint.hpp>

namespace skillrun::inline v0 {

/// Lints a policy document as it is read when it is used: by the caller's choice, or, for the policy of a project, as a
/// layer that can only tighten. The test cases in it are `skillrun policy test`'s.
[[nodiscard]] LintedFile lint_policy(const SourcePtr& source, std::string path, const LintContext& context);

}  // namespace skillrun::inline v0
