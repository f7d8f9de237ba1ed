// JUnit's XML: files are suites; findings are failed test cases, skills without any are cases that pass.
#include <algorithm>

#include <fmt/format.h>

#include "report/lint_formats.hpp"

namespace skillrun::inline v0 {

namespace {

struct Suite {
  std::string cases;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
};

/// Infos are told and fail nothing.
bool fails(const Finding& finding) { return finding.severity >= Severity::warning && !finding.waived; }

std::string place(const LintedFile& file, const Finding& finding) {
  const std::string path = path_of(file, finding);
  return finding.span.known() ? fmt::format("{}:{}:{}", path, finding.span.begin.line, finding.span.begin.column)
                              : path;
}

void add_case(Suite& suite, const std::string& path, const std::string& name, const std::string& content) {
  suite.cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_text(path), xml_text(name));
  suite.cases += content.empty() ? "/>\n" : fmt::format(">{}</testcase>\n", content);
  ++suite.tests;
}

void add_finding(Suite& suite, const LintedFile& file, const Finding& finding) {
  const std::string who = subject(finding);
  const std::string name = fmt::format("{}{}{} {}", who, who.empty() ? "" : " ", finding.rule, place(file, finding));
  std::string content;
  if (finding.waived) {
    content = fmt::format("<skipped message=\"{}\"/>", xml_text("waived: " + finding.waived->reason));
    ++suite.skipped;
  } else if (fails(finding)) {
    content = fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>", to_string(finding.severity),
                          xml_text(finding.message),
                          xml_text(fmt::format("{}: {}", place(file, finding), message_with_remedy(finding))));
    ++suite.failures;
  } else {
    content = fmt::format("<system-out>{}</system-out>", xml_text(message_with_remedy(finding)));
  }
  add_case(suite, file.path, name, content);
}

Suite suite_of(const LintedFile& file) {
  Suite suite;
  for (const std::string& skill : file.skills) {
    const bool clean =
        std::ranges::none_of(file.findings, [&](const Finding& finding) { return finding.skill == skill; });
    if (clean) add_case(suite, file.path, skill, {});
  }
  for (const Finding& finding : file.findings) add_finding(suite, file, finding);
  // A suite without a case would be taken for one that did not run.
  if (suite.tests == 0) add_case(suite, file.path, file.path, {});
  return suite;
}

}  // namespace

std::string lint_as_junit(const LintReport& report) {
  std::string suites;
  Suite all;
  for (const LintedFile& file : report.files) {
    const Suite suite = suite_of(file);
    all.tests += suite.tests;
    all.failures += suite.failures;
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\">\n{}  "
        "</testsuite>\n",
        xml_text(file.path), suite.tests, suite.failures, suite.skipped, suite.cases);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"skillrun lint\" tests=\"{}\" failures=\"{}\" "
      "errors=\"0\" time=\"0\">\n{}</testsuites>\n",
      all.tests, all.failures, suites);
}

}  // namespace skillrun::inline v0
