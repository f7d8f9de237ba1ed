#pragma once

#include <string>
#include <string_view>

#include <skillrun/declaration.hpp>

namespace skillrun::inline v0 {

/// A text of a Compose file in the words of manifests: $NAME as ${NAME}, and of ${NAME:+WORD} the word, where NAME has
/// a value. Where nobody knows it the word stands there with ${NAME} behind it, so that the text counts as unknown, and
/// what is known of it has the word. What is written wrong stays as it is.
/// Source: compose-spec, 12-interpolation.md.
[[nodiscard]] std::string as_manifest_text(std::string_view text, const VariableSource& variables);

/// The expanded text with ${NAME} where a variable without a value stands: for what is judged by its other parts.
[[nodiscard]] std::string with_unknown_variables(const WrittenText& text);

}  // namespace skillrun::inline v0
