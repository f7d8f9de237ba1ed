#include <fmt/format.h>

#include "report/html/parts.hpp"
#include "report/html/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string headline(const LintSummary& summary) {
  std::string text;
  const auto add = [&](std::size_t count, std::string_view severity) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += fmt::format("<a class=\"to-filter {0}\" href=\"#severity={0}{1}\">{2}</a>", severity,
                        summary.waived > 0 ? "&amp;waived=no" : "", counted(count, severity));
  };
  add(summary.errors, "error");
  add(summary.warnings, "warning");
  add(summary.infos, "info");
  if (!text.empty()) return text;
  return summary.waived + summary.baselined > 0 ? "No open findings" : "No findings";
}

}  // namespace

std::string html_summary(const LintReport& report) {
  const LintSummary summary = summarize(report);
  std::string facts =
      fmt::format("{} in {}, judged by the policy <b class=\"data\">{}</b>.", counted(summary.skills, "skill"),
                  counted(summary.files, "file"), html_text(report.policy->name(), 100));
  if (summary.waived > 0) {
    facts +=
        fmt::format(" <a class=\"to-filter\" href=\"#waived=only\">{} waived</a>.", counted(summary.waived, "finding"));
  }
  if (summary.baselined > 0) {
    facts += fmt::format(" {} in the baseline and not shown.", counted(summary.baselined, "finding"));
  }
  if (!report.files.empty()) facts += " <a href=\"#matrix\">Skills and rules</a> at a glance.";
  return fmt::format("<p class=\"tool\">skillrun lint</p>\n<h1>{}</h1>\n<p class=\"facts\">{}</p>\n", headline(summary),
                     facts);
}

}  // namespace skillrun::inline v0
