#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace skillrun::inline v0 {

/// One place in a text. Lines and columns start at 1 and columns count Unicode code points; 0 means "no place".
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

/// A half-open stretch of a text: `end` is the place just after the last character. Quotes belong to a quoted value.
struct Span {
  Position begin;
  Position end;

  [[nodiscard]] bool known() const noexcept { return begin.line != 0; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// A text and the name that messages give it. Immutable, shared by everything that points into it.
struct SourceText {
  std::string name;        ///< what the user called it: a path, or "<stdin>"
  std::string directory;   ///< the absolute folder it was read from; empty when there is none
  std::string text;        ///< valid UTF-8 without NUL bytes once a reader has accepted it
  std::string place = {};  ///< where the text says that it lies, when a report has to be the same everywhere

  /// The folder that relative paths of the text are below.
  [[nodiscard]] const std::string& base() const noexcept { return place.empty() ? directory : place; }
};

using SourcePtr = std::shared_ptr<const SourceText>;

}  // namespace skillrun::inline v0
