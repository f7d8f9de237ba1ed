// The page that `skillrun lint --format html` writes. What it does in a browser is tested in tests/browser.
#include <doctest/doctest.h>

#include "golden.hpp"
#include "lint_html_support.hpp"
#include "report/html/assets.hpp"
#include "support/base64.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("a small report as a page") {
  // Style and script are files of their own and change for reasons of their own.
  std::string page = page_of(small_report());
  for (const std::string_view asset : {lint_css(), lint_js()}) page.replace(page.find(asset), asset.size(), "...");
  const std::size_t policy = page.find("Content-Security-Policy");
  page.erase(policy, page.find('\n', policy) - policy);
  check_golden("tests/data/report/lint.html", page);
}

TEST_CASE("the same report gives the same bytes") { CHECK(page_of(small_report()) == page_of(small_report())); }

TEST_CASE("the content security policy allows the page's own style and script and nothing else") {
  const std::string page = page_of(small_report());
  const auto hash = [&](const std::string& tag) {
    const std::size_t begin = page.find("<" + tag + ">") + tag.size() + 2;
    const std::string digits = sha256(page.substr(begin, page.find("</" + tag + ">") - begin));
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    }
    return "-src 'sha256-" + base64_encode(bytes) + "'; ";
  };
  CHECK(holds(page, "content=\"default-src 'none'; script" + hash("script") + "style" + hash("style")));
  CHECK_FALSE(holds(page, "unsafe"));
  for (const char* once : {"<script", "<style", "<meta http-equiv"}) {
    CAPTURE(once);
    CHECK(page.find(once) == page.rfind(once));
  }
  for (const char* never : {"<link", "<img", "<iframe", " src=", " style=", "url(", "@import"}) {
    CAPTURE(never);
    CHECK_FALSE(holds(page, never));
  }
}

TEST_CASE("a report without files, and one without findings, are pages too") {
  const std::string nothing = page_of({.policy = Policy::builtin("baseline"), .files = {}});
  CHECK(holds(nothing, "<h1>No findings</h1>"));
  CHECK(holds(nothing, "No manifest was looked at."));
  CHECK_FALSE(holds(nothing, "<form"));
  const std::string clean = page_of(report_of({lint_toml(skill())}));
  CHECK(holds(clean, "<h1>No findings</h1>"));
  CHECK(holds(clean, "<th scope=\"row\"><span class=\"data\">tool</span></th><td class=\"clean\" colspan=\"1\">clean"));
  LintReport known = report_of({lint_toml(skill("extra_args = [\"--pid=host\"]\n"))});
  Baseline::of(known).apply(known);
  CHECK(holds(page_of(known), "<h1>No open findings</h1>"));
  CHECK(holds(page_of(known), "1 finding in the baseline"));
}

TEST_CASE("a file that cannot be read as a manifest, and one without skills, have rows") {
  const std::string page = page_of(report_of({lint_toml("[skills.tool\n", "a.toml"), lint_toml("", "b.toml")}));
  CHECK(holds(page, ">whole file</a>"));
  CHECK(holds(page, "no skills"));
}

TEST_CASE("no word of a report is markup") {
  const std::string hostile = "</script><img src=x onerror=alert(1)>\"'&\u202e\u2066\x1b[31m\xff";
  Finding finding = finding_at(source_of("a = \"" + hostile + "\"\n", hostile), {{1, 5}, {1, 20}});
  for (std::string* text : {&finding.rule, &finding.message, &finding.skill, &finding.field, &finding.remediation,
                            &finding.evidence, &finding.fingerprint}) {
    *text = hostile;
  }
  finding.instance = hostile;
  finding.waived = Waived{.reason = hostile, .owner = hostile, .expires = {}, .source = finding.source, .span = {}};
  LintedFile file{.source = finding.source, .path = hostile, .skills = {hostile}, .findings = {finding}};
  const std::string page = page_of(report_of({file}));
  CHECK_FALSE(holds(page, "<img"));
  CHECK_FALSE(holds(page, "\"'&"));
  CHECK_FALSE(holds(page, "\u202e"));
  CHECK_FALSE(holds(page, "\u2066"));
  CHECK_FALSE(find_control_character(page, "\n"));
  CHECK_FALSE(find_invalid_utf8(page));
  CHECK(holds(page, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"));
  CHECK(page.find("</script>") == page.rfind("</script>"));
  CHECK(holds(page, "id=\"f-none\""));
}

TEST_CASE("every finding has an element of its own, whatever the fingerprints are") {
  LintReport report = small_report();
  for (Finding& finding : report.files[0].findings) finding.fingerprint = "0123456789abcdef";
  const std::string page = page_of(report);
  CHECK(holds(page, "id=\"f-0123456789abcdef\""));
  CHECK(holds(page, "id=\"f-0123456789abcdef-2\""));
}

TEST_CASE("cells count what is open, and lead to the first of it") {
  const std::string waived = "extra_args = [\"--pid=host\"] # skillrun: allow host-pid until 2027-01-01 -- x\n";
  const std::string page = page_of(
      report_of({lint_toml(skill("volumes = [\"/etc:/a:ro\", \"/usr:/b:ro\"]\n", "two") + skill(waived, "one"))}));
  const std::size_t cell = page.find("aria-label=\"2 errors, sensitive-mount, two\">2</a>");
  REQUIRE(cell != std::string::npos);
  const std::size_t link = page.rfind("href=\"#", cell) + 7;
  const std::string id = page.substr(link, page.find('"', link) - link);
  const std::size_t target = page.find("<article id=\"" + id + "\"");
  REQUIRE(target != std::string::npos);
  CHECK(page.find("sensitive-mount", target) < page.find("</article>", target));
  CHECK(page.find("<article", 0) == target);
  CHECK(holds(page, "<td class=\"waived\"><a data-rule=\"host-pid\" href=\"#"));
  CHECK(holds(page, "aria-label=\"1 waived, host-pid, one\">1</a>"));
}

TEST_CASE("the worst skills come first, in the findings and in the matrix") {
  const std::string mild = skill("ports = [\"127.0.0.1:81:80\"]\nnetwork = \"bridge\"\n", "mild");
  const std::string bad = skill("extra_args = [\"--pid=host\"]\n", "bad");
  const std::string worse = skill("extra_args = [\"--pid=host\", \"--ipc=host\"]\n", "worse");
  const std::string page =
      page_of(report_of({lint_toml(mild + skill({}, "clean") + bad, "a.toml"), lint_toml(worse, "b.toml")}));
  const auto at = [&](const std::string& words) {
    CAPTURE(words);
    const std::size_t place = page.find(words);
    REQUIRE(place != std::string::npos);
    return place;
  };
  CHECK(at("<section id=\"s-1\" data-skill=\"worse\"") < at("<section id=\"s-2\" data-skill=\"bad\""));
  CHECK(at("data-skill=\"bad\"") < at("data-skill=\"mild\""));
  CHECK(at("href=\"#s-1\">worse</a> <small class=\"data\">b.toml</small>") < at("href=\"#s-2\">bad</a>"));
  CHECK(at("href=\"#s-3\">mild</a>") < at(">clean</span>"));
  // What is wrong comes before the overview, and the overview before the catalogue's words.
  CHECK(at("id=\"findings\"") < at("<article"));
  CHECK(page.rfind("</article>") < at("id=\"matrix\""));
  CHECK(at("id=\"matrix\"") < at("<h2>Rules</h2>"));
}

TEST_CASE("a fingerprint is an address and no words") {
  const LintReport report = report_of({lint_toml(skill("extra_args = [\"--pid=host\"]\n"))});
  const std::string& fingerprint = report.files[0].findings[0].fingerprint;
  REQUIRE_FALSE(fingerprint.empty());
  const std::string page = page_of(report);
  CHECK(holds(page, "<a href=\"#f-" + fingerprint + "\">Link to this finding</a>"));
  CHECK_FALSE(holds(page, ">" + fingerprint));
}

TEST_CASE("rules are sorted by severity and id") {
  const std::string page = page_of(report_of({lint_toml(
      skill("extra_args = [\"--privileged\", \"--ipc=host\"]\nports = [\"1:1\"]\nvolumes = [\"./a:/b\"]\n"))}));
  std::size_t last = 0;
  for (const char* id : {"host-ipc", "privileged", "port-all-interfaces", "unreachable-port", "writable-mount"}) {
    CAPTURE(id);
    const std::size_t at = page.find("href=\"#rule=" + std::string(id) + "\"");
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    last = at;
  }
}
