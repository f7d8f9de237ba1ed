#include "report/html/page_model.hpp"

#include <algorithm>
#include <tuple>

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
    groups.push_back(
        {.file = &file, .skill = skill, .id = fmt::format("s-{}", groups.size() + 1), .findings = std::move(findings)});
  };
  if (file.skills.empty() || by_skill.contains("")) add({}, std::move(by_skill[""]));
  by_skill.erase("");
  for (const std::string& skill : file.skills) {
    add(skill, std::move(by_skill[skill]));
    by_skill.erase(skill);
  }
  for (auto& [skill, findings] : by_skill) add(skill, std::move(findings));
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
  for (const auto& [id, severity] : severities) model.rules.push_back({.id = id, .element = {}, .severity = severity});
  std::ranges::stable_sort(model.rules, std::ranges::greater(), &PageRule::severity);
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    model.rules[i].element = fmt::format("r-{}", i + 1);
    model.rule_index.emplace(model.rules[i].id, i);
  }
  return model;
}

}  // namespace skillrun::inline v0
