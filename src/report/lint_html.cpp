// One page that needs nothing besides itself: made here in full, and filtered by a script of its own.
#include <fmt/format.h>
#include <skillrun/version.hpp>

#include "report/html/assets.hpp"
#include "report/html/parts.hpp"
#include "report/html/text.hpp"
#include "report/lint_formats.hpp"
#include "support/base64.hpp"
#include "support/sha256.hpp"

namespace skillrun::inline v0 {

namespace {

/// The source expression that allows one inline element by its text.
std::string allowed(std::string_view text) {
  const std::string digits = sha256(text);
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return fmt::format("'sha256-{}'", base64_encode(bytes));
}

/// Nothing is loaded, sent or run but the page's own style and script, even if a manifest's text became markup.
std::string content_security_policy() {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'; "
      "require-trusted-types-for 'script'; trusted-types 'none'",
      allowed(lint_js()), allowed(lint_css()));
}

std::string title(const LintReport& report) {
  const LintSummary summary = summarize(report);
  return fmt::format("skillrun lint: {}, {}, {}", counted(summary.errors, "error"),
                     counted(summary.warnings, "warning"), counted(summary.infos, "info"));
}

}  // namespace

std::string lint_as_html(const LintReport& report) {
  const PageModel model = page_model(report);
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      content_security_policy(), title(report), lint_css());
  const std::string findings = html_findings(report, model);
  html += "<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n<header>\n" + html_summary(report) +
          "<button type=\"button\" id=\"theme\" hidden>Dark</button>\n</header>\n<main>\n";
  html += "<h2 id=\"findings\">Findings</h2>\n";
  if (findings.empty()) {
    html += "<p>There are none.</p>\n";
  } else {
    html += html_filter() + "<div id=\"list\">\n" + findings +
            "<p id=\"nothing\" hidden>No finding passes these filters.</p>\n" +
            "<nav id=\"pages\" aria-label=\"Pages of findings\" hidden><button type=\"button\">Previous</button> "
            "<span></span> <button type=\"button\">Next</button></nav>\n</div>\n";
  }
  html += "<h2 id=\"matrix\">Skills and rules</h2>\n" + html_matrix(report, model);
  if (!findings.empty()) html += "<h2>Rules</h2>\n" + html_rules(report, model);
  html +=
      fmt::format("</main>\n<footer>skillrun {}</footer>\n<script>{}</script>\n</body>\n</html>\n", version, lint_js());
  return html;
}

}  // namespace skillrun::inline v0
