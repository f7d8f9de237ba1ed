#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <dtl/dtl.hpp>

#include "lint/fixes.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view no_newline = "\n\\ No newline at end of file";

/// Lines without their ends; what says that the last one has none counts as a part of it.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  if (text.empty()) return lines;
  const bool complete = text.ends_with('\n');
  if (complete) text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
  if (!complete) lines.back() += no_newline;
  return lines;
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return {};
  dtl::Diff<std::string> diff(lines_of(before), lines_of(after));
  diff.compose();
  diff.composeUnifiedHunks();
  std::ostringstream hunks;
  hunks.imbue(std::locale::classic());
  diff.printUnifiedFormat(hunks);
  // Without a tab behind it patch takes the first blank for the end of the name.
  return fmt::format("--- {0}{1}\n+++ {0}{1}\n{2}", name, name.contains(' ') ? "\t" : "", hunks.str());
}

}  // namespace skillrun::inline v0
