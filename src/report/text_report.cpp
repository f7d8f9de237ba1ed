#include <fmt/format.h>
#include <skillrun/report.hpp>

#include "report/display.hpp"
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

std::string context_of(const Finding& finding) {
  std::string context;
  if (!finding.skill.empty()) {
    context = "skill " + printable(finding.skill);
    if (finding.instance) context += "@" + printable(*finding.instance);
  }
  if (finding.source && !finding.field.empty()) {
    if (!context.empty()) context += ", ";
    context += printable(finding.field);
  }
  return context;
}

std::string waived_text(const Waived& waived) {
  std::string text = fmt::format("{} (until {}", printable(waived.reason), to_string(waived.expires));
  if (!waived.owner.empty()) text += ", by " + printable(waived.owner);
  if (waived.source) text += fmt::format(", {}:{}", printable(waived.source->name), waived.span.begin.line);
  return text + ")";
}

class FindingText {
 public:
  FindingText(const Finding& finding, TextStyle style)
      : finding_(finding), palette_(palette_for(finding.severity, style.color)) {
    if (finding.source && finding.span.known()) margin_ = std::to_string(finding.span.begin.line).size();
  }

  std::string take() && {
    line("{}{}[{}]{}{}: {}{}", palette_.severity, to_string(finding_.severity), printable(finding_.rule),
         palette_.reset, palette_.bold, printable(finding_.message), palette_.reset);
    if (const std::string place = place_of(finding_); !place.empty()) {
      line("{:{}}{}-->{} {}", "", margin_, palette_.frame, palette_.reset, place);
    }
    if (finding_.source && finding_.span.known()) frame();
    note("in", context_of(finding_));
    if (finding_.waived) {
      note("waived", waived_text(*finding_.waived));
    } else {
      note("help", printable(finding_.remediation));
    }
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  void frame() {
    // The line holds the secret that the finding is about, and reports end up in logs.
    if (finding_.rule == secret_rule) return;
    const DisplayLine shown = display_line(finding_.source->text, finding_.span);
    if (shown.text.empty()) return;
    line("{:{}} {}|{}", "", margin_, palette_.frame, palette_.reset);
    line("{}{:>{}} |{} {}", palette_.frame, finding_.span.begin.line, margin_, palette_.reset, shown.text);
    line("{:{}} {}|{} {:{}}{}{:^<{}}{}", "", margin_, palette_.frame, palette_.reset, "", shown.begin,
         palette_.severity, "", shown.width, palette_.reset);
  }

  void note(std::string_view label, const std::string& value) {
    if (!value.empty()) line("{:{}} {}={} {}: {}", "", margin_, palette_.frame, palette_.reset, label, value);
  }

  const Finding& finding_;
  Palette palette_;
  std::size_t margin_ = 1;
  std::string text_;
};

}  // namespace

std::string format_text(const Findings& findings, TextStyle style) {
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty()) text += '\n';
    text += FindingText(finding, style).take();
  }
  return text;
}

}  // namespace skillrun
