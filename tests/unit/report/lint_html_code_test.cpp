// The code that stands beside the findings of the HTML page.
#include <chrono>

#include <doctest/doctest.h>

#include "lint_html_support.hpp"
#include "report/html/source_lines.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

/// What is marked, and nothing where nothing is.
std::string marked(const std::string& page) {
  const std::size_t begin = page.find("<mark>");
  if (begin == std::string::npos) return {};
  return page.substr(begin + 6, page.find("</mark>", begin) - begin - 6);
}

}  // namespace

TEST_CASE("the value is marked to the code point, behind tabs, wide, combining and astral characters") {
  CHECK(marked(page_of_finding("\tkey = \"v\"\n", {{1, 8}, {1, 11}})) == "&quot;v&quot;");
  CHECK(marked(page_of_finding("\u65e5\u672c = 'x' # \U0001f600\n", {{1, 6}, {1, 9}})) == "&#39;x&#39;");
  CHECK(marked(page_of_finding("\U0001f600e\u0301 = \u00e9\n", {{1, 7}, {1, 8}})) == "\u00e9");
  CHECK(marked(page_of_finding("a <b> c\n", {{1, 3}, {1, 6}})) == "&lt;b&gt;");
  CHECK(marked(page_of_finding("a\r\nbcd\r\n", {{2, 2}, {2, 4}})) == "cd");
}

TEST_CASE("two lines before and after are shown, blank ones at the ends left out") {
  const std::string page = page_of_finding("one\ntwo\n\nfour\nVALUE\n\n\neight\n", {{5, 1}, {5, 6}});
  CHECK(holds(page,
              "<pre><span data-n=\"4\">four\n</span><span data-n=\"5\" class=\"m\"><mark>VALUE</mark>\n</span></pre>"));
}

TEST_CASE("a value over several lines is marked in each, up to a number of lines") {
  CHECK(holds(page_of_finding("a = [\n  1,\n]\n", {{1, 5}, {3, 2}}),
              "a = <mark>[</mark>\n</span><span data-n=\"2\" class=\"m\"><mark>  1,</mark>\n</span><span data-n=\"3\" "
              "class=\"m\"><mark>]</mark>"));
  std::string many = "a = [\n";
  for (int i = 0; i < 50; ++i) many += "1,\n";
  const std::string page = page_of_finding(many + "]\n", {{1, 5}, {52, 2}});
  CHECK(holds(page, "to line 52</i></pre>"));
  CHECK_FALSE(holds(page, "data-n=\"7\""));
}

TEST_CASE("a long line is cut around the value, and costs no more than a short one") {
  const std::string text = std::string(700'000, 'x') + "VALUE" + std::string(300'000, 'y') + "\n";
  const std::string page = page_of_finding(text, {{1, 700'001}, {1, 700'006}});
  CHECK(marked(page) == "VALUE");
  CHECK(holds(page, "<i>\u2026</i>x"));
  CHECK(holds(page, "y<i>\u2026</i>"));
  CHECK(page.size() < 100'000);

  const SourcePtr source = source_of(text);
  LintedFile file{.source = source, .path = "skills.toml", .skills = {"tool"}, .findings = {}};
  for (int i = 0; i < 10'000; ++i) file.findings.push_back(finding_at(source, {{1, 700'001}, {1, 700'006}}));
  const auto before = std::chrono::steady_clock::now();
  CHECK_FALSE(page_of(report_of({file})).empty());
  // A second in an optimised build; a search through the line for each finding takes a minute.
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
}

TEST_CASE("a message of a megabyte is cut") {
  Finding finding = finding_at(nullptr, {});
  finding.message = std::string(1'000'000, 'x');
  const LintedFile file{.source = source_of(""), .path = "a.toml", .skills = {"tool"}, .findings = {finding}};
  CHECK(page_of(report_of({file})).size() < 100'000);
}

TEST_CASE("a place that the text does not have does no harm") {
  for (const Span span : {Span{{1, 9}, {1, 12}}, Span{{7, 1}, {7, 2}}, Span{{1, 2}, {1, 1}}, Span{{1, 0}, {0, 0}},
                          Span{{4000000000, 4000000000}, {4000000000, 4000000000}}, Span{{1, 1}, {4000000000, 1}}}) {
    CHECK(holds(page_of_finding("a\n", span), "</html>\n"));
    CHECK(holds(page_of_finding("", span), "</html>\n"));
  }
}

TEST_CASE("the line of a secret is shown neither by its finding nor by those of its neighbours") {
  const std::string page = page_of(report_of({lint_toml(skill(
      "extra_args = [\"--pid=host\"]\nenvironment = [\"A=1\", \"API_TOKEN=hunter2\"]\nports = [\"8080:80\"]\n"))}));
  CHECK(holds(page, "The code is not shown: it holds a secret."));
  CHECK(holds(page, "<mark>&quot;--pid=host&quot;</mark>"));
  CHECK(holds(page, "<span data-n=\"10\"><i>not shown: this line may hold a secret</i>"));
  CHECK_FALSE(holds(page, "hunter2"));
}

TEST_CASE("a secret over several lines is hidden in all of them") {
  const SourcePtr source = source_of("a = 1\nkey = '''\nhunter2\nhunter3'''\nb = 2\n");
  Finding secret = finding_at(source, {{2, 7}, {4, 11}});
  secret.rule = "secret-in-environment";
  LintedFile file{.source = source, .path = "a.toml", .skills = {"tool"}, .findings = {secret}};
  for (std::uint32_t line = 1; line <= 5; ++line) file.findings.push_back(finding_at(source, {{line, 1}, {line, 2}}));
  const std::string page = page_of(report_of({file}));
  CHECK_FALSE(holds(page, "hunter"));
  CHECK(holds(page, "<mark>a</mark> = 1"));
}

TEST_CASE("what looks like a secret is hidden where no rule has said so") {
  for (const std::string secret :
       {"environment = [\"API_TOKEN=hunter2\"]", "DB_PASSWORD: hunter2", "\"API_KEY\" = \"hunter2\"",
        "url = \"https://me:hunter2@example.com\"", "x = \"ghp_hunter2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "API_TOKEN = \"${API_TOKEN:-hunter2}\"",
        "k = '''-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----'''"}) {
    CAPTURE(secret);
    CHECK_FALSE(holds(page_of_finding("a = 1\n" + secret + "\nb = 2\n", {{1, 1}, {1, 2}}), "hunter2"));
    CHECK_FALSE(holds(page_of_finding(secret + "\n", {{1, 1}, {1, 2}}), "hunter2"));
  }
  for (const std::string plain : {"TOKEN_FILE = \"/run/hunter2\"", "API_TOKEN = \"${HUNTER}\" # hunter2",
                                  "image = \"hunter2:1\"", "API_TOKEN = \"/run/secrets/hunter2\""}) {
    CAPTURE(plain);
    CHECK(holds(page_of_finding("a = 1\n" + plain + "\n", {{1, 1}, {1, 2}}), "hunter2"));
  }
}

TEST_CASE("lines and columns are found in texts of every kind") {
  const SourceLines lines("ab\r\n\n\u00e9\U0001f600z");
  CHECK(lines.count() == 3);
  CHECK(lines.line(0).empty());
  CHECK(lines.line(1) == "ab");
  CHECK(lines.line(2).empty());
  CHECK(lines.line(4).empty());
  CHECK(lines.offset(3, 1) == 0);
  CHECK(lines.offset(3, 2) == 2);
  CHECK(lines.offset(3, 3) == 6);
  CHECK(lines.offset(3, 4) == 7);
  CHECK(lines.offset(3, 5) == 7);
  CHECK(lines.offset(1, 9) == 2);
  CHECK(SourceLines("").line(1).empty());
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\u00e9x\n";
  text += std::string(1000, 'a') + "\u65e5!";
  const SourceLines many(text);
  CHECK(many.line(3000).substr(many.offset(3000, 2)) == "x");
  CHECK(many.line(3001).substr(many.offset(3001, 1001)) == "\u65e5!");
  CHECK(many.line(3001).substr(many.offset(3001, 1002)) == "!");
}
