#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <skillrun/report.hpp>

#include "manifest/text_index.hpp"
#include "report/display.hpp"
#include "report/lint_formats.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

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

/// The sources that findings point into, and what must not be shown of them.
class Sources {
 public:
  /// A line that a finding about a secret begins in is shown with none of its findings: reports end up in logs.
  void hide_secrets(const Findings& findings) {
    for (const Finding& finding : findings) {
      if (finding.rule == secret_rule && finding.source)
        secrets_.emplace(finding.source.get(), finding.span.begin.line);
    }
  }

  [[nodiscard]] bool hides(const Finding& finding) const {
    return secrets_.contains({finding.source.get(), finding.span.begin.line});
  }

  [[nodiscard]] const TextIndex& index(const SourceText& source) {
    return indexes_.try_emplace(&source, source.text).first->second;
  }

 private:
  std::set<std::pair<const SourceText*, std::uint32_t>> secrets_;
  std::map<const SourceText*, TextIndex> indexes_;
};

class GroupText {
 public:
  GroupText(Group group, Sources& sources, TextStyle style)
      : group_(group),
        first_(group.front()),
        sources_(sources),
        style_(style),
        frame_(palette_for(first_.severity, style.color)) {
    if (first_.source && first_.span.known()) margin_ = std::to_string(first_.span.begin.line).size();
  }

  std::string take() && {
    heads();
    if (const std::string place = place_of(first_); !place.empty()) {
      line("{:{}}{}-->{} {}", "", margin_, frame_.frame, frame_.reset, place);
    }
    if (first_.source && first_.span.known() && !sources_.hides(first_)) frame();
    if (const std::string context = context_of(group_); !context.empty()) note("in", context);
    notes("waived",
          [](const Finding& finding) { return finding.waived ? waived_text(*finding.waived) : std::string(); });
    notes("granted", [](const Finding& finding) { return printable(finding.granted); });
    notes("help", [](const Finding& finding) {
      return finding.waived || !finding.granted.empty() ? std::string() : printable(finding.remediation);
    });
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  /// What several skills have at one place (an alias) is said in one line, with how many they are.
  void heads() {
    std::vector<std::pair<std::string, std::size_t>> lines;
    for (const Finding& finding : group_) {
      const Palette palette = palette_for(finding.severity, style_.color);
      std::string head = fmt::format("{}{}[{}]{}{}{}: {}{}", palette.severity, to_string(finding.severity),
                                     printable(finding.rule), palette.reset, palette.bold,
                                     finding.waived ? " (waived)" : "", printable(finding.message), palette.reset);
      const auto same = std::ranges::find(lines, head, &std::pair<std::string, std::size_t>::first);
      if (same == lines.end()) {
        lines.emplace_back(std::move(head), 1);
      } else {
        ++same->second;
      }
    }
    for (const auto& [head, count] : lines) line("{}{}", head, count > 1 ? fmt::format(" ({} times)", count) : "");
  }

  /// The line, and under it the value of each finding; those that share a value share its mark.
  void frame() {
    std::vector<std::pair<Span, std::string>> marks;
    for (const Finding& finding : group_) {
      if (!marks.empty() && marks.back().first == finding.span) {
        if (!marks.back().second.ends_with(finding.rule)) marks.back().second += ", " + printable(finding.rule);
      } else {
        marks.emplace_back(finding.span, printable(finding.rule));
      }
    }
    std::string shown;
    for (const auto& [span, rules] : marks) {
      const DisplayLine display = display_line(sources_.index(*first_.source), span);
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
  Sources& sources_;
  TextStyle style_;
  Palette frame_;  ///< of the first finding, for what belongs to all
  std::size_t margin_ = 1;
  std::string text_;
};

bool share_a_line(const Finding& a, const Finding& b) {
  return a.source && a.source == b.source && a.span.known() && a.span.begin.line == b.span.begin.line;
}

/// Writes findings until there are more than anybody reads, and counts the rest.
class FindingsText {
 public:
  explicit FindingsText(TextStyle style) : style_(style) {}

  [[nodiscard]] std::string of(const Findings& findings) {
    std::string text;
    sources_.hide_secrets(findings);
    Findings shown;
    for (const Finding& finding : findings) {
      if (finding.severity < style_.least) continue;
      if (room_ == 0) {
        ++left_out_;
      } else {
        shown.push_back(finding);
        --room_;
      }
    }
    for (auto begin = shown.begin(); begin != shown.end();) {
      const auto most = begin + std::min<std::ptrdiff_t>(most_of_a_line, shown.end() - begin);
      const auto end =
          std::find_if(begin + 1, most, [&](const Finding& other) { return !share_a_line(*begin, other); });
      if (!text.empty()) text += '\n';
      text += GroupText(Group(begin, end), sources_, style_).take();
      begin = end;
    }
    return text;
  }

  /// What is to be said of the findings that are not shown; empty when all are.
  [[nodiscard]] std::string rest() const {
    if (left_out_ == 0) return {};
    return fmt::format("... and {} more finding{}, which other formats list (--format json)\n", left_out_,
                       left_out_ == 1 ? "" : "s");
  }

 private:
  static constexpr std::size_t most_shown = 500;
  /// So that a frame stays one that can be looked at; what follows begins another.
  static constexpr std::ptrdiff_t most_of_a_line = 50;

  TextStyle style_;
  Sources sources_;
  std::size_t room_ = most_shown;
  std::size_t left_out_ = 0;
};

}  // namespace

std::string format_text(const Findings& findings, TextStyle style) {
  FindingsText writer(style);
  std::string text = writer.of(findings);
  const std::string rest = writer.rest();
  return rest.empty() ? text : fmt::format("{}\n{}", text, rest);
}

std::string lint_as_text(const LintReport& report, TextStyle style) {
  std::string text;
  FindingsText writer(style);
  for (const LintedFile& file : report.files) {
    const std::string shown = writer.of(file.findings);
    if (!shown.empty()) text += shown + "\n";
  }
  if (const std::string rest = writer.rest(); !rest.empty()) text += rest + "\n";
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

}  // namespace skillrun::inline v0
