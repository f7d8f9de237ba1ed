#include "report/html/page_model.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

/// Ids of elements: unique whatever the fingerprints are, and never anything but letters, digits and dashes.
class Ids {
 public:
  std::string of(const Finding& finding) {
    const bool usable =
        !finding.fingerprint.empty() && finding.fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos;
    std::string id = usable ? "f-" + finding.fingerprint : "f-none";
    if (const std::size_t before = seen_[id]++; before > 0) id += fmt::format("-{}", before + 1);
    return id;
  }

 private:
  std::map<std::string, std::size_t> seen_;
};

void add_groups(const LintedFile& file, Ids& ids, std::vector<PageGroup>& groups) {
  std::map<std::string, std::vector<PageFinding>> by_skill;
  for (const Finding& finding : file.findings) {
    by_skill[finding.skill].push_back({.finding = &finding, .id = ids.of(finding)});
  }
  const auto add = [&](const std::string& skill, std::vector<PageFinding> findings) {
    std::ranges::stable_sort(findings, {}, [](const PageFinding& entry) {
      return std::tuple(-static_cast<int>(entry.finding->severity), std::string_view(entry.finding->rule));
    });
    groups.push_back({.file = &file, .skill = skill, .id = {}, .findings = std::move(findings)});
  };
  if (file.skills.empty() || by_skill.contains("")) add({}, std::move(by_skill[""]));
  by_skill.erase("");
  for (const std::string& skill : file.skills) {
    add(skill, std::move(by_skill[skill]));
    by_skill.erase(skill);
  }
  for (auto& [skill, findings] : by_skill) add(skill, std::move(findings));
}

/// How many findings of each severity are open, the most severe first.
std::array<std::size_t, 3> open_findings(const PageGroup& group) {
  std::array<std::size_t, 3> counts{};
  for (const PageFinding& entry : group.findings) {
    if (entry.finding->waived || entry.finding->severity == Severity::off) continue;
    counts[static_cast<std::size_t>(Severity::error) - static_cast<std::size_t>(entry.finding->severity)] += 1;
  }
  return counts;
}

}  // namespace

PageModel page_model(const LintReport& report) {
  PageModel model;
  Ids ids;
  std::map<std::string, Severity> severities;
  for (const LintedFile& file : report.files) {
    add_groups(file, ids, model.groups);
    for (const Finding& finding : file.findings) {
      Severity& severity = severities[finding.rule];
      severity = std::max(severity, finding.severity);
    }
  }
  // Whoever reads on has read the worst. Of two that are alike the one with waived findings comes first.
  std::ranges::stable_sort(model.groups, std::ranges::greater(), [](const PageGroup& group) {
    return std::pair(open_findings(group), group.findings.size());
  });
  for (std::size_t i = 0; i < model.groups.size(); ++i) model.groups[i].id = fmt::format("s-{}", i + 1);
  for (const auto& [id, severity] : severities) model.rules.push_back({.id = id, .element = {}, .severity = severity});
  std::ranges::stable_sort(model.rules, std::ranges::greater(), &PageRule::severity);
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    model.rules[i].element = fmt::format("r-{}", i + 1);
    model.rule_index.emplace(model.rules[i].id, i);
  }
  return model;
}

}  // namespace skillrun::inline v0
