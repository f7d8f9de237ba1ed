#include <doctest/doctest.h>
#include <skillrun/report.hpp>

#include "golden.hpp"
#include "support/text.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

SourcePtr source_of(std::string text, std::string name = "skills.toml") {
  return std::make_shared<const SourceText>(
      SourceText{.name = std::move(name), .directory = {}, .text = std::move(text)});
}

Finding finding_at(SourcePtr source, Span span) {
  return {.rule = "privileged",
          .severity = Severity::error,
          .message = "the container would run privileged",
          .skill = "tool",
          .instance = std::nullopt,
          .source = std::move(source),
          .span = span,
          .field = "docker.extra_args[0]",
          .evidence = "--privileged",
          .remediation = "remove it"};
}

/// The line of carets of a finding, and what stands above the first and the last of them.
std::string underlined(const std::string& report) {
  const std::size_t marks = report.find('^');
  REQUIRE(marks != std::string::npos);
  const std::size_t line = report.rfind('\n', marks) + 1;
  const std::size_t above = report.rfind('\n', line - 2) + 1;
  const std::size_t count = report.find_first_not_of('^', marks) - marks;
  return report.substr(above + (marks - line), count);
}

}  // namespace

TEST_CASE("findings are shown with their place, a frame, the context and the remedy") {
  const SourcePtr source = source_of(
      "[skills.tool]\nruntime = \"docker\"\n\n[skills.tool.docker]\nimage = \"debian\"\nmemory = \"512m\"\n"
      "volumes = [\"/etc:/x\"]\n\n\nextra_args = [\"--privileged\"]\n");
  Findings findings{finding_at(source, {{10, 15}, {10, 29}})};
  findings.push_back({.rule = "image-latest",
                      .severity = Severity::warning,
                      .message = "'debian' has no tag",
                      .skill = "tool",
                      .instance = "fast",
                      .source = source,
                      .span = {{5, 9}, {5, 17}},
                      .field = "docker.image",
                      .evidence = "debian",
                      .remediation = "name a version's tag"});
  findings.push_back({.rule = "keep-container",
                      .severity = Severity::info,
                      .message = "the container is kept",
                      .skill = "tool",
                      .instance = {},
                      .source = nullptr,
                      .span = {},
                      .field = "--keep",
                      .evidence = "--keep",
                      .remediation = "leave --keep out"});
  findings.push_back({.rule = "syntax-error",
                      .severity = Severity::error,
                      .message = "larger than 1 MiB",
                      .skill = {},
                      .instance = {},
                      .source = source,
                      .span = {},
                      .field = {},
                      .evidence = {},
                      .remediation = {}});
  check_golden("tests/data/report/findings.txt", format_text(findings));
  check_golden("tests/data/report/findings.color.txt", format_text(findings, {.color = true}));
  check_golden("tests/data/report/findings.json", format_findings_json(findings));
}

TEST_CASE("no findings give no text, and an empty list as JSON") {
  CHECK(format_text({}).empty());
  CHECK(format_findings_json({}) == "[]\n");
}

TEST_CASE("without colour there is no escape sequence, whatever the findings hold") {
  Finding finding = finding_at(source_of("a\x1b[31m = 1\n", "evil\x1b]0;title\x07.toml"), {{1, 1}, {1, 5}});
  for (std::string* text : {&finding.rule, &finding.message, &finding.skill, &finding.field, &finding.remediation}) {
    *text += "\x1b[2J\r\n\x9b";
  }
  finding.instance = "\x1b[0m";
  const std::string report = format_text({finding});
  CHECK_FALSE(find_control_character(report, "\n"));
  CHECK_FALSE(find_invalid_utf8(report));
}

TEST_CASE("the value is underlined behind tabs, wide and combining characters") {
  CHECK(underlined(format_text({finding_at(source_of("\tkey = \"v\"\n"), {{1, 8}, {1, 11}})})) == "\"v\"");
  CHECK(underlined(format_text({finding_at(source_of("a\tb\n"), {{1, 3}, {1, 4}})})) == "b");
  // Two wide characters take four columns: bytes above are counted differently, so compare the number of marks.
  const std::string wide = format_text({finding_at(source_of("k = \"\u65e5\u672c\"\n"), {{1, 5}, {1, 9}})});
  CHECK(wide.find("^^^^^^\n") != std::string::npos);
  CHECK(wide.find("^^^^^^^\n") == std::string::npos);
  const std::string combining = format_text({finding_at(source_of("k = \"e\u0301\"\n"), {{1, 5}, {1, 9}})});
  CHECK(combining.find("    ^^^\n") != std::string::npos);
}

TEST_CASE("characters that reorder a line are replaced") {
  const std::string report = format_text({finding_at(source_of("k = \"\u202etxt\"\n"), {{1, 5}, {1, 11}})});
  CHECK(report.find("\u202e") == std::string::npos);
  CHECK(report.find("^^^^^^\n") != std::string::npos);
}

TEST_CASE("a long line is cut around the value") {
  const std::string left(5000, 'x');
  const std::string report =
      format_text({finding_at(source_of(left + "VALUE" + std::string(100000, 'y') + "\n"), {{1, 5001}, {1, 5006}})});
  CHECK(underlined(report) == "VALUE");
  CHECK(report.find("...x") != std::string::npos);
  CHECK(report.find("y...") != std::string::npos);
  for (const std::string_view line : split(report, '\n')) CHECK(line.size() < 140);
}

TEST_CASE("a value over several lines is marked to the end of the first") {
  const SourcePtr source = source_of("a = [\n  1,\n]\n");
  CHECK(underlined(format_text({finding_at(source, {{1, 5}, {3, 2}})})) == "[");
}

TEST_CASE("a place that the text does not have does no harm") {
  const SourcePtr source = source_of("a\n");
  for (const Span span : {Span{{1, 9}, {1, 12}}, Span{{7, 1}, {7, 2}}, Span{{1, 2}, {1, 1}}, Span{{1, 0}, {0, 0}},
                          Span{{4000000000, 4000000000}, {4000000000, 4000000000}}}) {
    CHECK(format_text({finding_at(source, span)}).find("error[privileged]") == 0);
  }
  CHECK(format_text({finding_at(source_of(""), {{1, 1}, {1, 1}})}).find("skills.toml:1:1") != std::string::npos);
}

TEST_CASE("the line of a secret is not shown") {
  Finding finding = finding_at(source_of("environment = [\"API_TOKEN=hunter2\"]\n"), {{1, 16}, {1, 35}});
  finding.rule = "secret-in-environment";
  const std::string report = format_text({finding});
  CHECK(report.find("hunter2") == std::string::npos);
  CHECK(report.find("skills.toml:1:16") != std::string::npos);
}

TEST_CASE("JSON text is valid UTF-8 even when a finding quotes bytes that are not") {
  Finding finding = finding_at(nullptr, {});
  finding.evidence = "a\xff";
  const std::string text = format_findings_json({finding});
  CHECK_FALSE(find_invalid_utf8(text));
  CHECK(text.find("a\\\\xff") != std::string::npos);
}

TEST_CASE("what several skills have at one place is shown once and counted for each") {
  const SourcePtr source = source_of("x: {privileged: true}\n");
  Findings findings{finding_at(source, {{1, 5}, {1, 21}}), finding_at(source, {{1, 5}, {1, 21}})};
  findings[1].skill = "other";
  const std::string text = format_text(findings);
  CHECK(text.find("the container would run privileged (2 times)\n") != std::string::npos);
  CHECK(text.find("skill tool, skill other") != std::string::npos);
  CHECK(text.find('^') != std::string::npos);
}

TEST_CASE("of very many findings the first are shown and the rest is counted") {
  const SourcePtr source = source_of(std::string(20'000, 'x') + "\n");
  Findings findings;
  for (std::uint32_t i = 1; i <= 1200; ++i) findings.push_back(finding_at(source, {{1, i * 10}, {1, i * 10 + 5}}));
  const std::string text = format_text(findings);
  CHECK(text.find("... and 700 more findings") != std::string::npos);
  CHECK(text.size() < 500 * 600);
}

TEST_CASE("a line with a secret is not shown for the sake of another finding, shown or not") {
  const SourcePtr source = source_of("environment = [\"TOKEN=hunter2\", \"X=1\"]\n");
  Findings findings{finding_at(source, {{1, 33}, {1, 38}}), finding_at(source, {{1, 16}, {1, 31}})};
  findings[1].rule = "secret-in-environment";
  findings[1].severity = Severity::warning;
  CHECK(format_text(findings).find("hunter2") == std::string::npos);
  CHECK(format_text(findings, {.least = Severity::error}).find("hunter2") == std::string::npos);
}
