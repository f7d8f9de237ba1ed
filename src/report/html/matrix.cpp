#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "report/html/parts.hpp"
#include "report/html/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// What a skill has of one rule.
struct Cell {
  std::string_view first;  ///< the id of the first finding; empty: there is none
  Severity severity = Severity::info;
  std::size_t open = 0;
  std::size_t waived = 0;
};

std::vector<Cell> cells_of(const PageGroup& group, const PageModel& model) {
  std::vector<Cell> cells(model.rules.size());
  for (const auto& [finding, id] : group.findings) {
    Cell& cell = cells[model.rule_index.at(finding->rule)];
    if (cell.first.empty() || (cell.open == 0 && !finding->waived)) cell.first = id;
    if (finding->waived) {
      ++cell.waived;
    } else {
      ++cell.open;
      cell.severity = std::max(cell.severity, finding->severity);
    }
  }
  return cells;
}

std::string row_name(const PageGroup& group) {
  if (!group.skill.empty()) return html_text(group.skill, 120);
  return group.file->skills.empty() && group.findings.empty() ? "no skills" : std::string(whole_file);
}

std::string cell_html(const Cell& cell, const PageGroup& group, const PageRule& rule) {
  if (cell.first.empty()) return "<td></td>";
  const std::string_view kind = cell.open > 0 ? to_string(cell.severity) : "waived";
  std::string label = cell.open > 0 ? counted(cell.open, kind) : fmt::format("{} waived", cell.waived);
  if (cell.open > 0 && cell.waived > 0) label += fmt::format(", {} waived", cell.waived);
  const std::string id = html_text(rule.id, 120);
  return fmt::format("<td class=\"{}\"><a data-rule=\"{}\" href=\"#{}\" aria-label=\"{}, {}, {}\">{}</a></td>", kind,
                     id, cell.first, label, id, row_name(group), cell.open > 0 ? cell.open : cell.waived);
}

std::string row_html(const PageGroup& group, const PageModel& model, bool with_file) {
  const std::string name = row_name(group);
  std::string html = "<tr><th scope=\"row\">";
  html += group.findings.empty() ? fmt::format("<span class=\"data\">{}</span>", name)
                                 : fmt::format("<a class=\"data\" href=\"#{}\">{}</a>", group.id, name);
  if (with_file) html += fmt::format(" <small class=\"data\">{}</small>", html_text(group.file->path, 300));
  html += "</th>";
  if (group.findings.empty()) {
    html += fmt::format("<td class=\"clean\" colspan=\"{}\">{}</td>", std::max<std::size_t>(model.rules.size(), 1),
                        group.skill.empty() ? "nothing to judge" : "clean");
  } else {
    const std::vector<Cell> cells = cells_of(group, model);
    for (std::size_t i = 0; i < cells.size(); ++i) html += cell_html(cells[i], group, model.rules[i]);
  }
  return html + "</tr>\n";
}

/// Two rows: severities, each over its rules, and the rules.
std::string head_html(const PageModel& model) {
  if (model.rules.empty()) return "<tr><th scope=\"col\">Skill</th><th scope=\"col\">Findings</th></tr>\n";
  std::string severities;
  std::string rules;
  for (std::size_t i = 0; i < model.rules.size();) {
    const Severity severity = model.rules[i].severity;
    const std::size_t begin = i;
    for (; i < model.rules.size() && model.rules[i].severity == severity; ++i) {
      const std::string& id = model.rules[i].id;
      rules += fmt::format("<th scope=\"col\"><a class=\"to-filter data\" href=\"#rule={}\">{}</a></th>",
                           fragment_value(id), html_text(id, 120));
    }
    severities += fmt::format("<th scope=\"colgroup\" colspan=\"{}\" class=\"{}\"><span>{}</span></th>", i - begin,
                              to_string(severity), to_string(severity));
  }
  return fmt::format(
      "<tr class=\"kinds\"><th rowspan=\"2\" scope=\"col\">Skill</th>{}</tr>\n<tr class=\"rules\">{}</tr>\n",
      severities, rules);
}

constexpr std::string_view legend =
    "<p class=\"legend\"><span class=\"error\">error</span> <span class=\"warning\">warning</span> "
    "<span class=\"info\">info</span> <span class=\"waived\">waived</span> A number counts findings and leads to the "
    "first.</p>\n";

}  // namespace

std::string html_matrix(const LintReport& report, const PageModel& model) {
  if (model.groups.empty()) return "<p>No manifest was looked at.</p>\n";
  std::string html =
      "<div class=\"scroll\" role=\"region\" aria-labelledby=\"matrix\" tabindex=\"0\">\n<table>\n<caption "
      "class=\"unseen\">Findings of each skill by rule</caption>\n<thead>\n";
  html += head_html(model) + "</thead>\n<tbody>\n";
  for (const PageGroup& group : model.groups) html += row_html(group, model, report.files.size() > 1);
  html += "</tbody>\n</table>\n</div>\n";
  if (!model.rules.empty()) html += legend;
  return html;
}

}  // namespace skillrun::inline v0
