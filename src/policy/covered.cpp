#include "policy/covered.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <skillrun/rule.hpp>

namespace skillrun::inline v0 {

namespace {

bool covers_rule(std::string_view strong, std::string_view weak) {
  const RuleInfo* info = find_rule(strong);
  return info != nullptr && std::ranges::find(info->covers, weak) != info->covers.end();
}

/// Both stand, or one waiver waives both.
bool same_fate(const Finding& a, const Finding& b) {
  if (!a.waived || !b.waived) return !a.waived && !b.waived;
  return a.waived->source == b.waived->source && a.waived->span == b.waived->span;
}

bool stands_for(const Finding& strong, const Finding& weak) {
  return is_covered(weak, strong) && same_fate(weak, strong);
}

}  // namespace

bool same_value(const Finding& a, const Finding& b) {
  return a.source == b.source && a.span == b.span && a.field == b.field && a.evidence == b.evidence;
}

bool is_covered(const Finding& weak, const Finding& strong) {
  if (weak.severity > strong.severity || !same_value(weak, strong)) return false;
  if (weak.ask && (strong.ask || strong.severity != Severity::error)) return false;
  return covers_rule(strong.rule, weak.rule);
}

std::optional<Severity> severity_of(const Finding& finding, std::string_view rule) {
  if (finding.rule == rule) return finding.severity;
  const auto covered = std::ranges::find(finding.covers, rule, &CoveredRule::rule);
  return covered == finding.covers.end() ? std::nullopt : std::optional(covered->severity);
}

void say_once(Findings& findings) {
  std::vector<std::size_t> covered;
  for (std::size_t first = 0, last = 0; first < findings.size(); first = last) {
    last = first + 1;
    while (last < findings.size() && same_value(findings[first], findings[last])) ++last;
    const std::span<Finding> said(findings.data() + first, last - first);
    for (const Finding& weak : said) {
      const auto strongest = std::ranges::find_if(said, [&](const Finding& strong) {
        return stands_for(strong, weak) &&
               std::ranges::none_of(said, [&](const Finding& other) { return stands_for(other, strong); });
      });
      if (strongest == said.end()) continue;
      strongest->covers.push_back({weak.rule, weak.severity});
      covered.push_back(static_cast<std::size_t>(&weak - findings.data()));
    }
  }
  std::size_t index = 0;
  std::erase_if(findings, [&](const Finding&) { return std::ranges::binary_search(covered, index++); });
}

}  // namespace skillrun::inline v0
