#pragma once

#include <functional>
#include <optional>
#include <string>

#include <skillrun/lint.hpp>

namespace skillrun::inline v0 {

/// Gives findings the fix that the text alone decides: an entry of a list whose remedy is to go, and a waiver that
/// waives nothing. Those that the reader gave one keep it.
void set_fixes(Findings& findings, const Manifest& manifest);

/// Reads and judges a text anew.
using LintText = std::function<LintedFile(const std::string& text)>;

struct FixedText {
  std::string text;
  std::size_t count = 0;  ///< fixes that were made
};

/// Fixes what has exactly one right fix, and looks at the text anew: a fix that does not take its finding away, or
/// makes something else unreadable, is not made.
[[nodiscard]] FixedText fix(const LintedFile& file, const LintText& lint);

/// The change between two texts as `diff -u` writes it, with three lines around each change; empty when they are the
/// same. `name` stands for both.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after, std::string_view name);

}  // namespace skillrun::inline v0
