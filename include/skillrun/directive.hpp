#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

/// A comment `# skillrun: ...` of a manifest. It is about its own line, or, where it stands alone, about the line
/// below, and with the header of a table about the whole table.
struct Directive {
  std::string text;             ///< what follows "skillrun:", without blanks around it
  Span span;                    ///< the comment
  std::uint32_t line = 0;       ///< the first line that it is about
  std::uint32_t last_line = 0;  ///< the last one
  std::string skill;            ///< whose value or key stands there; empty: nobody's

  [[nodiscard]] bool covers(std::uint32_t about) const noexcept { return line <= about && about <= last_line; }
};

/// Null where there is none.
using Directives = std::shared_ptr<const std::vector<Directive>>;

}  // namespace skillrun::inline v0
