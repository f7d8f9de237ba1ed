#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <skillrun/report.hpp>

#include "report/display.hpp"
#include "report/lint_formats.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::string_view secret_rule = "secret-in-environment";

/// Terminal attributes; all empty when colours are off.
struct Palette {
  std::string_view severity;
  std::string_view bold;
  std::string_view frame;
  std::string_view reset;
};

Palette palette_for(Severity severity, bool color) {
  if (!color) return {};
  const std::string_view tone = severity == Severity::error     ? "\x1b[1;31m"
                                : severity == Severity::warning ? "\x1b[1;33m"
                                                                : "\x1b[1;36m";
  return {.severity = tone, .bold = "\x1b[1m", .frame = "\x1b[1;34m", .reset = "\x1b[0m"};
}

/// Where a finding without a place in a file comes from.
std::string place_of(const Finding& finding) {
  if (!finding.source) return printable(finding.field);
  std::string name = printable(finding.source->name);
  if (!finding.span.known()) return name;
  return fmt::format("{}:{}:{}", name, finding.span.begin.line, finding.span.begin.column);
}

/// "skill x, docker.image, docker.memory": the skills and fields of several findings, each once.
std::string context_of(std::span<const Finding> findings) {
  std::vector<std::string> parts;
  const auto add = [&](std::string part) {
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
  };
  for (const Finding& finding : findings) {
    if (!finding.skill.empty()) add("skill " + subject(finding));
  }
  for (const Finding& finding : findings) {
    if (finding.source && !finding.field.empty()) add(printable(finding.field));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string waived_text(const Waived& waived) {
  std::string text = fmt::format("{} (until {}", printable(waived.reason), to_string(waived.expires));
  if (!waived.owner.empty()) text += ", by " + printable(waived.owner);
  if (waived.source) text += fmt::format(", {}:{}", printable(waived.source->name), waived.span.begin.line);
  return text + ")";
}

/// Findings that begin in the same line of the same source, or one without a place.
using Group = std::span<const Finding>;

class GroupText {
 public:
  GroupText(Group group, TextStyle style)
      : group_(group), first_(group.front()), style_(style), frame_(palette_for(first_.severity, style.color)) {
    if (first_.source && first_.span.known()) margin_ = std::to_string(first_.span.begin.line).size();
  }

  std::string take() && {
    for (const Finding& finding : group_) {
      const Palette palette = palette_for(finding.severity, style_.color);
      line("{}{}[{}]{}{}{}: {}{}", palette.severity, to_string(finding.severity), printable(finding.rule),
           palette.reset, palette.bold, finding.waived ? " (waived)" : "", printable(finding.message), palette.reset);
    }
    if (const std::string place = place_of(first_); !place.empty()) {
      line("{:{}}{}-->{} {}", "", margin_, frame_.frame, frame_.reset, place);
    }
    if (first_.source && first_.span.known()) frame();
    if (const std::string context = context_of(group_); !context.empty()) note("in", context);
    notes("waived",
          [](const Finding& finding) { return finding.waived ? waived_text(*finding.waived) : std::string(); });
    notes("help",
          [](const Finding& finding) { return finding.waived ? std::string() : printable(finding.remediation); });
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  /// The line, and under it the value of each finding; those that share a value share its mark.
  void frame() {
    // The line holds the secret that the finding is about, and reports end up in logs.
    if (std::ranges::any_of(group_, [](const Finding& finding) { return finding.rule == secret_rule; })) return;
    std::vector<std::pair<Span, std::string>> marks;
    for (const Finding& finding : group_) {
      if (!marks.empty() && marks.back().first == finding.span) {
        marks.back().second += ", " + printable(finding.rule);
      } else {
        marks.emplace_back(finding.span, printable(finding.rule));
      }
    }
    std::string shown;
    for (const auto& [span, rules] : marks) {
      const DisplayLine display = display_line(first_.source->text, span);
      if (display.text.empty()) return;
      // A long line is cut around what is marked.
      if (display.text != shown) {
        line("{:{}} {}|{}", "", margin_, frame_.frame, frame_.reset);
        line("{}{:>{}} |{} {}", frame_.frame, first_.span.begin.line, margin_, frame_.reset, display.text);
        shown = display.text;
      }
      line("{:{}} {}|{} {:{}}{}{:^<{}}{}{}{}", "", margin_, frame_.frame, frame_.reset, "", display.begin,
           frame_.severity, "", display.width, frame_.reset, marks.size() > 1 ? " " : "",
           marks.size() > 1 ? rules : std::string());
    }
  }

  /// One note for each finding that has something to say; those that say the same say it once.
  template <class Say>
  void notes(std::string_view label, Say say) {
    std::vector<std::pair<std::string, std::string>> said;
    for (const Finding& finding : group_) {
      const std::string words = say(finding);
      if (words.empty()) continue;
      const auto same = std::ranges::find(said, words, &std::pair<std::string, std::string>::first);
      const std::string rule = printable(finding.rule);
      if (same == said.end()) {
        said.emplace_back(words, rule);
      } else if (!same->second.ends_with(rule)) {
        same->second += ", " + rule;
      }
    }
    for (const auto& [words, rules] : said) {
      note(said.size() > 1 ? fmt::format("{} ({})", label, rules) : std::string(label), words);
    }
  }

  void note(std::string_view label, const std::string& words) {
    line("{:{}} {}={} {}: {}", "", margin_, frame_.frame, frame_.reset, label, words);
  }

  Group group_;
  const Finding& first_;
  TextStyle style_;
  Palette frame_;  ///< of the first finding, for what belongs to all
  std::size_t margin_ = 1;
  std::string text_;
};

bool share_a_line(const Finding& a, const Finding& b) {
  return a.source && a.source == b.source && a.span.known() && a.span.begin.line == b.span.begin.line;
}

}  // namespace

std::string format_text(const Findings& findings, TextStyle style) {
  std::string text;
  for (auto begin = findings.begin(); begin != findings.end();) {
    const auto end =
        std::find_if(begin + 1, findings.end(), [&](const Finding& finding) { return !share_a_line(*begin, finding); });
    if (!text.empty()) text += '\n';
    text += GroupText(Group(begin, end), style).take();
    begin = end;
  }
  return text;
}

std::string lint_as_text(const LintReport& report, TextStyle style) {
  std::string text;
  for (const LintedFile& file : report.files) {
    Findings shown;
    std::ranges::copy_if(file.findings, std::back_inserter(shown),
                         [&](const Finding& finding) { return finding.severity >= style.least; });
    if (!shown.empty()) text += format_text(shown, style) + "\n";
  }
  const LintSummary summary = summarize(report);
  const auto counted = [](std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  text += fmt::format("{}, {}: {}, {}, {}", counted(summary.files, "file"), counted(summary.skills, "skill"),
                      counted(summary.errors, "error"), counted(summary.warnings, "warning"),
                      counted(summary.infos, "info"));
  if (summary.waived > 0) text += fmt::format(", {} waived", summary.waived);
  if (summary.baselined > 0) text += fmt::format(", {} in the baseline", summary.baselined);
  return text + "\n";
}

}  // namespace skillrun
