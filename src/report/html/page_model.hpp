#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/lint.hpp>

namespace skillrun::inline v0 {

struct PageFinding {
  const Finding* finding = nullptr;
  std::string id;  ///< of its element: "f-" and the fingerprint, so that links outlive moved lines
};

/// A row of the matrix, and a section of findings where it has any: a skill, or a file as a whole.
struct PageGroup {
  const LintedFile* file = nullptr;
  std::string skill;                  ///< empty for the file as a whole
  std::string id;                     ///< of its section
  std::vector<PageFinding> findings;  ///< the most severe first, then by rule, then by place
};

/// A column of the matrix.
struct PageRule {
  std::string id;
  std::string element;                 ///< the id of what is said of it
  Severity severity = Severity::info;  ///< the highest that the report has of it
};

/// What the page shows, in its order; points into the report.
struct PageModel {
  std::vector<PageGroup> groups;  ///< those with the most errors first, then by warnings and infos, then by place
  std::vector<PageRule> rules;    ///< the most severe first, then by id
  std::map<std::string, std::size_t, std::less<>> rule_index;
};

[[nodiscard]] PageModel page_model(const LintReport& report);

}  // namespace skillrun::inline v0
