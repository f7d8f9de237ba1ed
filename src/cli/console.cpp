#include "cli/console.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>
#include <skillrun/report.hpp>

#include "cli/standard_streams.hpp"
#include "report/display.hpp"
#include "run/terminal.hpp"
#include "support/json.hpp"
#include "support/text.hpp"
#include "support/write_all.hpp"

namespace skillrun::cli {

namespace {

bool wants_color(ColorMode mode, int descriptor) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && (terminal == nullptr || std::string_view(terminal) != "dumb") &&
         isatty(descriptor) == 1;
}

void write_error(std::string_view text) {
  if (!write_all(STDERR_FILENO, text)) std::_Exit(125);  // nobody can be told anything any more
}

/// One line of JSON, as the log has them; a finding goes along whole.
std::string json_line(std::string_view level, std::string_view message, const Finding* finding = nullptr) {
  const auto time =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  json::object line{{"time_ms", time.count()}, {"level", level}, {"message", message}};
  if (finding != nullptr) line["finding"] = to_json_object(*finding);
  return json::serialize(line) + "\n";
}

}  // namespace

bool on_terminal() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && may_touch_terminal(STDIN_FILENO) &&
         may_touch_terminal(STDOUT_FILENO);
}

Console::Console(const GlobalOptions& options)
    : color_output_(wants_color(options.color, STDOUT_FILENO)),
      color_error_(wants_color(options.color, STDERR_FILENO)),
      json_(options.log_format == OutputFormat::json),
      verbose_(options.verbose > 0),
      quiet_(options.quiet) {}

bool Console::print(std::string_view text) const { return print_bytes(printable_lines(text)); }

bool Console::print_bytes(std::string_view text) const {
  if (output_was_closed() && !text.empty()) {
    error("standard output is closed");
    return false;
  }
  if (write_all(STDOUT_FILENO, text)) return true;
  // A reader that has seen enough is no failure to talk about.
  if (errno != EPIPE) {
    error(fmt::format("standard output cannot be written: {}", std::generic_category().message(errno)));
  }
  return false;
}

void Console::error(std::string_view message) const {
  write_error(json_ ? json_line("error", message) : fmt::format("skillrun: {}\n", printable_lines(message)));
}

void Console::warning(std::string_view message) const {
  if (quiet_) return;
  write_error(json_ ? json_line("warning", message) : fmt::format("skillrun: warning: {}\n", printable_lines(message)));
}

void Console::warnings(const std::vector<std::string>& messages) const {
  for (const std::string& message : messages) warning(message);
}

void Console::note(std::string_view message) const {
  if (quiet_) return;
  write_error(json_ ? json_line("info", message) : fmt::format("skillrun: {}\n", printable_lines(message)));
}

void Console::findings(const Findings& findings) const {
  show(findings, verbose_ && !quiet_ ? Severity::info : Severity::error);
}

void Console::findings_and_warnings(const Findings& findings) const {
  show(findings, quiet_ ? Severity::error : verbose_ ? Severity::info : Severity::warning);
}

/// Waived findings are shown where everything is.
void Console::show(const Findings& findings, Severity least) const {
  Findings shown;
  std::ranges::copy_if(findings, std::back_inserter(shown), [&](const Finding& finding) {
    // What a skill reaches of the caller's is said until somebody has granted it.
    const bool asks = finding.ask && finding.granted.empty() && finding.severity == Severity::warning && !quiet_;
    return (finding.severity >= least || asks) && (!finding.waived || least == Severity::info);
  });
  if (json_) {
    std::string lines;
    for (const Finding& finding : shown) lines += json_line(to_string(finding.severity), finding.message, &finding);
    write_error(lines);
    return;
  }
  if (!shown.empty()) write_error(format_text(shown, TextStyle{.color = color_error_}));
}

void Console::failure(const RunResult& result, const Findings& told) const {
  const auto was_told = [&](const Finding& finding) {
    return std::ranges::any_of(told, [&](const Finding& other) {
      return other.rule == finding.rule && other.field == finding.field && other.message == finding.message;
    });
  };
  Findings untold = result.findings;
  std::erase_if(untold, was_told);
  findings(untold);
  if (!result.message.empty()) error(result.message);
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace skillrun::cli
