#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <skillrun/lint.hpp>

#include "report/html/source_lines.hpp"

namespace skillrun::inline v0 {

/// The code of findings: the lines around each, as HTML, with what it is about marked. A line that holds a secret
/// (secret_lines.hpp) is never part of it, whosever code it would stand in.
class CodeFrames {
 public:
  /// Keeps views of the report's sources.
  explicit CodeFrames(const LintReport& report);

  /// Empty for a finding without a place in a text.
  [[nodiscard]] std::string of(const Finding& finding);

 private:
  struct Source {
    SourceLines lines;
    std::vector<bool> hidden;  ///< by line number
  };

  const Source& source(const SourceText& text);

  std::map<const SourceText*, std::vector<Span>> secrets_;
  std::map<const SourceText*, std::unique_ptr<Source>> sources_;
};

}  // namespace skillrun::inline v0
