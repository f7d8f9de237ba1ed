#include <fmt/format.h>

#include "report/html/code.hpp"
#include "report/html/parts.hpp"
#include "report/html/text.hpp"
#include "report/lint_formats.hpp"
#include "report/sentence.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string place_of(const LintedFile& file, const Finding& finding) {
  const bool here = !finding.source || finding.source == file.source;
  std::string place = html_text(here ? file.path : finding.source->name, 300);
  if (const Position& at = finding.span.begin; finding.span.known()) {
    place += fmt::format(":{}:{}", at.line, at.column);
  }
  return place;
}

std::string waived_html(const LintedFile& file, const Waived& waived) {
  std::string by = waived.owner.empty() ? "" : fmt::format(", by {}", html_text(waived.owner, 200));
  if (waived.source) {
    const std::string& name = waived.source == file.source ? file.path : waived.source->name;
    by += fmt::format(", {}:{}", html_text(name, 300), waived.span.begin.line);
  }
  return fmt::format("<p class=\"note data\"><b>Waived</b> {} (until {}{})</p>\n", html_text(waived.reason),
                     to_string(waived.expires), by);
}

class Sections {
 public:
  Sections(const LintReport& report, const PageModel& model) : model_(model), frames_(report) {}

  std::string group(const PageGroup& group) {
    const std::string path = html_text(group.file->path, 300);
    const std::string name = group.skill.empty() ? std::string(whole_file) : html_text(group.skill, 120);
    std::string html = fmt::format(
        "<section id=\"{}\" data-skill=\"{}\" data-file=\"{}\">\n<h3><span class=\"data\">{}</span> <small "
        "class=\"data\">{}</small></h3>\n",
        group.id, html_text(group.skill, 120), path, name, path);
    for (const PageFinding& entry : group.findings) html += finding(*group.file, entry);
    return html + "</section>\n";
  }

 private:
  std::string finding(const LintedFile& file, const PageFinding& entry) {
    const Finding& finding = *entry.finding;
    const std::string_view severity = to_string(finding.severity);
    const std::string rule = html_text(finding.rule, 120);
    std::string html = fmt::format("<article id=\"{}\" class=\"{}{}\" data-rule=\"{}\">\n", entry.id, severity,
                                   finding.waived ? " waived" : "", rule);
    html += fmt::format("<h4><span class=\"mark\">{}{}</span> <span class=\"data\">{}</span></h4>\n", severity,
                        finding.waived ? " <small>waived</small>" : "", html_text(finding.message, 600));
    html += fmt::format("<p class=\"at\"><a class=\"to-filter data\" href=\"#rule={}\">{}</a>",
                        fragment_value(finding.rule), rule);
    for (const std::string& fact :
         {html_text(subject(finding), 200), place_of(file, finding), html_text(finding.field, 200)}) {
      if (!fact.empty()) html += fmt::format(" <span class=\"data\">{}</span>", fact);
    }
    html += "</p>\n";
    html += frames_.of(finding);
    if (finding.waived) html += waived_html(file, *finding.waived);
    if (!finding.remediation.empty()) {
      html += fmt::format("<p class=\"note data\"><b>Remedy</b> {}</p>\n", html_text(sentence(finding.remediation)));
    }
    html += fmt::format("<details><summary>Why</summary><p><a href=\"#{}\">About {}</a></p></details>\n",
                        model_.rules[model_.rule_index.at(finding.rule)].element, rule);
    if (!finding.fingerprint.empty()) {
      html += fmt::format("<p class=\"link\"><a href=\"#{}\">Link to this finding</a></p>\n", entry.id);
    }
    return html + "</article>\n";
  }

  const PageModel& model_;
  CodeFrames frames_;
};

}  // namespace

std::string html_findings(const LintReport& report, const PageModel& model) {
  Sections sections(report, model);
  std::string html;
  for (const PageGroup& group : model.groups) {
    if (!group.findings.empty()) html += sections.group(group);
  }
  return html;
}

}  // namespace skillrun::inline v0
